import { readdir, readFile } from "node:fs/promises";
import { basename } from "node:path";

/** A process of the host: id, parent and command line. */
export interface Process {
	pid: number;
	parent: number;
	argv: string[];
}

/**
 * The `kind create cluster` of a cluster and all below it. One can outlive an engine that was killed; it would
 * go on making nodes, or remove those of the next attempt when it fails.
 */
export function creatorsOf(cluster: string, processes: readonly Process[]): number[] {
	const isCreator = ({ argv }: Process) =>
		basename(argv[0] ?? "") === "kind" &&
		argv[1] === "create" &&
		argv.some((arg, index) => arg === "--name" && argv[index + 1] === cluster);
	const found = processes.filter(isCreator).map((one) => one.pid);
	for (let index = 0; index < found.length; index++) {
		found.push(...processes.filter((one) => one.parent === found[index]).map((one) => one.pid));
	}
	return found;
}

/** Ends what an earlier engine left running for this cluster: kind first, so that it can't clean up behind us. */
export async function endCreators(cluster: string): Promise<void> {
	for (const pid of creatorsOf(cluster, await readProcesses())) {
		try {
			process.kill(pid, "SIGKILL");
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
		}
	}
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
