import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { systemClock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import { startDetached } from "./detached.ts";
import { askEngine, type EngineInfo } from "./docker-probe.ts";

/**
 * The Docker Engine that Faultline starts on hosts without an init system. It outlives `npm start` and is shared by all
 * checkouts, so its files are in a place of the host, not of a checkout or of a user.
 */
export const daemonDir = "/var/lib/faultline/dockerd";
export const daemonLog = join(daemonDir, "dockerd.log");
/** Where the runtime that strips missing capabilities is kept; its path is part of every container's configuration. */
export const runtimePath = join(daemonDir, "runtime");
const pidFile = join(daemonDir, "dockerd.pid");

// Docker's own pools end after about 30 networks. These give 512 of 254 addresses; Docker skips those that the host uses.
const addressPools = ["base=172.17.0.0/16,size=24", "base=10.213.0.0/16,size=24"];

/**
 * The arguments of our dockerd.
 * @param stripping whether containers start through the runtime at {@link runtimePath}
 */
export function daemonArguments(stripping: boolean): string[] {
	return [
		`--pidfile=${pidFile}`,
		...addressPools.map((pool) => `--default-address-pool=${pool}`),
		...(stripping ? [`--add-runtime=faultline=${runtimePath}`, "--default-runtime=faultline"] : []),
	];
}

/** The process id of our dockerd; null where none of ours runs. */
export async function ownDaemonPid(): Promise<number | null> {
	const pid = Number(await readFile(pidFile, "utf8").catch(() => ""));
	if (!Number.isInteger(pid) || pid <= 0) return null;
	const name = await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "");
	return name.trim() === "dockerd" ? pid : null;
}

/**
 * Starts our dockerd and waits until it answers.
 * @throws AppError `docker-not-started` with the end of its log
 */
export async function startDaemon(options: {
	dockerd: string;
	docker: string;
	stripping: boolean;
	signal: AbortSignal;
}): Promise<EngineInfo> {
	await mkdir(daemonDir, { recursive: true, mode: 0o700 });
	// A pid file left by a crash or a reboot may name a process that is something else by now.
	if ((await ownDaemonPid()) === null) await rm(pidFile, { force: true });
	await writeFile(daemonLog, "");
	const pid = await startDetached(options.dockerd, daemonArguments(options.stripping), { logFile: daemonLog, cwd: "/", env: daemonEnv() });
	const deadline = systemClock.now() + 60_000;
	for (;;) {
		const answer = await askEngine(options.docker, options.signal);
		if (answer.up) return answer.info;
		const gone = await isGone(pid);
		if (gone || systemClock.now() > deadline) {
			if (!gone) process.kill(pid, "SIGTERM");
			throw new AppError("docker-not-started", `dockerd ${gone ? "ended at once" : "did not answer within 60 s"}: ${await endOfLog()}`, {
				mend: `Read ${daemonLog}, or start a Docker Engine of your own.`,
			});
		}
		await systemClock.sleep(200, options.signal);
	}
}

/**
 * Ends our dockerd and waits until it is gone.
 * @returns whether there was one of ours
 */
export async function stopDaemon(signal: AbortSignal): Promise<boolean> {
	const pid = await ownDaemonPid();
	if (pid === null) return false;
	process.kill(pid, "SIGTERM");
	while (!(await isGone(pid))) await systemClock.sleep(100, signal);
	return true;
}

function daemonEnv(): NodeJS.ProcessEnv {
	// dockerd looks for runc, containerd and iptables in PATH, and a user's PATH may lack the system's folders.
	const { NOTIFY_SOCKET: _, LISTEN_FDS: __, ...env } = process.env;
	return { ...env, PATH: [process.env.PATH, "/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin", "/bin"].filter(Boolean).join(":") };
}

async function isGone(pid: number): Promise<boolean> {
	const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
	// A child of ours that has ended stays as a zombie until Node reaps it.
	return stat === "" || /\) [ZX] /.test(stat);
}

async function endOfLog(): Promise<string> {
	const text = await readFile(daemonLog, "utf8").catch(() => "");
	return text.trim().split("\n").slice(-4).join(" | ") || "its log is empty";
}
