import { readdir, readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { Clock } from "../../core/clock.ts";
import { waitUntil } from "./wait-until.ts";

/** A process of the host: id, parent and command line. */
export interface Process {
	pid: number;
	parent: number;
	argv: string[];
}

const isDockerRun = ({ argv }: Process) => basename(argv[0] ?? "") === "docker" && (argv[1] === "run" || argv[1] === "create");

const named = ({ argv }: Process, test: (name: string) => boolean) => argv.some((arg, index) => argv[index - 1] === "--name" && test(arg));

/**
 * The `kind create cluster` of a cluster and all below it but `docker run`, kind first so that it can't clean up
 * behind us. One can outlive an engine that was killed.
 */
export function creatorsOf(cluster: string, processes: readonly Process[]): number[] {
	const isKind = (one: Process) =>
		basename(one.argv[0] ?? "") === "kind" && one.argv[1] === "create" && named(one, (name) => name === cluster);
	const found = processes.filter(isKind).map((one) => one.pid);
	for (let index = 0; index < found.length; index++) {
		found.push(...processes.filter((one) => one.parent === found[index] && !isDockerRun(one)).map((one) => one.pid));
	}
	return found;
}

/** Docker clients that are making a container of this cluster's lab, running it or not. */
export function runsOf(cluster: string, processes: readonly Process[]): number[] {
	return processes.filter((one) => isDockerRun(one) && named(one, (name) => name.startsWith(`${cluster}-`))).map((one) => one.pid);
}

/**
 * Ends what is still making this cluster's lab, whoever began it, and returns when nothing more can appear: a
 * `docker run` is waited for, since Docker goes on making the container of a client that was killed.
 */
export async function endCreators(cluster: string, clock: Clock): Promise<void> {
	for (const pid of creatorsOf(cluster, await readProcesses())) {
		try {
			process.kill(pid, "SIGKILL");
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
		}
	}
	const running = async () => {
		const pids = runsOf(cluster, await readProcesses());
		return pids.length > 0 ? `docker run still makes a container (process ${pids.join(", ")})` : undefined;
	};
	// A first start of the node image has taken 15 s on a busy disk.
	await waitUntil(running, { clock, signal: new AbortController().signal, timeoutMs: 120_000, what: "Docker" });
}

async function readProcesses(): Promise<Process[]> {
	const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
	const read = await Promise.all(
		pids.map(async (pid) => {
			try {
				const [cmdline, stat] = await Promise.all([readFile(`/proc/${pid}/cmdline`, "utf8"), readFile(`/proc/${pid}/stat`, "utf8")]);
				// The name in brackets may hold anything; the parent is the second field after it.
				const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
				return { pid: Number(pid), parent, argv: cmdline.split("\0").slice(0, -1) };
			} catch {
				return undefined; // ended in between
			}
		}),
	);
	return read.filter((one) => one !== undefined);
}
