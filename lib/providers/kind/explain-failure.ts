import { AppError } from "../../core/errors.ts";

/** Known causes, the more telling first. */
const causes: { pattern: RegExp; why: string; mend: string; retryable?: boolean }[] = [
	{
		pattern: /cannot connect to the docker daemon|permission denied while trying to connect/i,
		why: "Docker does not answer.",
		mend: "npx faultline doctor",
	},
	{ pattern: /no space left on device/i, why: "The disk is full.", mend: "docker system df; docker system prune" },
	{
		pattern: /too many open files|inotify|failed to create fsnotify watcher/i,
		why: "The host's inotify limits are used up.",
		mend: "sysctl -w fs.inotify.max_user_instances=1024 fs.inotify.max_user_watches=524288",
	},
	{
		pattern: /unable to find image|pull access denied|failed to pull image|no such image|manifest unknown/i,
		why: "The node image is missing.",
		mend: "npm start",
	},
	{
		pattern: /unable to apply caps|operation not permitted.*caps/i,
		why: "Docker can't start privileged containers here.",
		mend: "npx faultline doctor",
	},
	{
		pattern: /cannot allocate memory|out of memory|oom-?kill|signal: killed/i,
		why: "The host has too little memory.",
		mend: "npx faultline lab list, then stop a lab: npx faultline lab stop <lab>",
	},
	{
		pattern: /reached target .*multi-user|could not find a log line/i,
		why: "systemd did not come up in the node: most often the inotify limits.",
		mend: "sysctl -w fs.inotify.max_user_instances=1024 fs.inotify.max_user_watches=524288",
	},
	{ pattern: /port is already allocated/i, why: "A port of the host was taken in between.", mend: "Try again.", retryable: true },
];

// Lines that kind prints on every cgroup v1 host and with a network of its own.
const noise = /WARNING: (Overriding docker network|Here be dragons)|cgroup v1 is deprecated|^\s*$/;

/** The lines that tell most: what kind calls an error and what follows it, else the end. */
export function tellingLines(output: string, count = 12): string[] {
	const lines = output.split("\n").filter((line) => !noise.test(line));
	const error = lines.findIndex((line) => line.startsWith("ERROR:"));
	const last = lines.slice(-count);
	return error >= 0 && error < lines.length - count ? [lines[error] ?? "", "…", ...last] : last;
}

/**
 * Turns what kind said into the error that people see.
 * @param output both streams of kind
 * @param logFile where all of it can be read
 */
export function explainFailure(output: string, logFile: string): AppError {
	const cause = causes.find(({ pattern }) => pattern.test(output));
	const said = tellingLines(output).join("\n");
	return new AppError("cluster-not-created", `The cluster could not be created.${cause ? ` ${cause.why}` : ""}\n${said}`, {
		mend: cause?.mend ?? `All that kind said is in ${logFile}. npx faultline doctor checks the host.`,
		retryable: cause?.retryable ?? false,
	});
}
