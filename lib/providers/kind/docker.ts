import { z } from "zod";
import { AppError } from "../../core/errors.ts";
import { type RunOptions, type RunResult, runCommand } from "../../core/run-command.ts";

/** A row of `docker ps` or `docker network ls`, with the fields that are used here. */
export interface DockerRow {
	id: string;
	name: string;
	/** `created`, `running`, `paused`, `restarting`, `removing`, `exited`, `dead`; empty for networks. */
	state: string;
	image: string;
}

/** The Docker command line with a deadline on every call. */
export interface Docker {
	/** Any exit code is a value. */
	run(args: readonly string[], options?: Partial<RunOptions>): Promise<RunResult>;
	/** @throws AppError `docker-failed` with Docker's words */
	must(args: readonly string[], options?: Partial<RunOptions>): Promise<string>;
	/** Containers whose name contains `part`, stopped ones too. */
	containers(part: string): Promise<DockerRow[]>;
	networks(part: string): Promise<DockerRow[]>;
	/** The process id of a running container's first process on the host; undefined where it does not run. */
	pid(container: string): Promise<number | undefined>;
}

// docker ps and run answer within a second; a first start on a busy disk has been seen to take 15 s.
const defaultTimeoutMs = 60_000;

const row = z.object({
	ID: z.string(),
	Names: z.string().optional(),
	Name: z.string().optional(),
	State: z.string().default(""),
	Image: z.string().default(""),
});

/** Reads what `--format '{{json .}}'` prints: one object a line. */
export function parseRows(output: string): DockerRow[] {
	return output
		.split("\n")
		.filter((line) => line.trim() !== "")
		.map((line) => row.parse(JSON.parse(line)))
		.map(({ ID, Names, Name, State, Image }) => ({ id: ID, name: Names ?? Name ?? "", state: State, image: Image }));
}

/**
 * @param file the docker program, absolute
 */
export function createDocker(file: string): Docker {
	const run = (args: readonly string[], options: Partial<RunOptions> = {}) =>
		runCommand(file, args, { timeoutMs: defaultTimeoutMs, ...options });

	async function must(args: readonly string[], options: Partial<RunOptions> = {}) {
		const result = await run(args, options);
		if (result.exitCode !== 0) {
			const said = (result.stderr.trim() || result.stdout.trim()).split("\n").slice(-5).join("\n");
			throw new AppError("docker-failed", `docker ${args.slice(0, 2).join(" ")}: ${said}`, { mend: "npx faultline doctor" });
		}
		return result.stdout;
	}

	return {
		run,
		must,
		async containers(part) {
			return parseRows(await must(["ps", "--all", "--no-trunc", "--filter", `name=${part}`, "--format", "{{json .}}"]));
		},
		async networks(part) {
			return parseRows(await must(["network", "ls", "--no-trunc", "--filter", `name=${part}`, "--format", "{{json .}}"]));
		},
		async pid(container) {
			const result = await run(["inspect", "--type", "container", "--format", "{{.State.Pid}}", container]);
			const pid = Number(result.stdout.trim());
			return result.exitCode === 0 && pid > 0 ? pid : undefined;
		},
	};
}

/** True where Docker says that the thing named does not exist. */
export function isMissing(result: RunResult): boolean {
	return result.exitCode !== 0 && /no such (container|network|object)|not found/i.test(result.stderr);
}
