import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../core/errors.ts";
import { runCommand } from "../../core/run-command.ts";
import type { LabUsage } from "../provider.ts";

/** Where the kernel shows processes and control groups; tests have their own. */
export interface CgroupRoots {
	proc: string;
	cgroup: string;
}
export const hostRoots: CgroupRoots = { proc: "/proc", cgroup: "/sys/fs/cgroup" };

/** The control groups of one container, those of its pods within. */
export interface ContainerCgroup {
	/** v1: memory and processor time have a tree each, the same path in both. */
	version: 1 | 2;
	memory: string;
	cpu: string;
}

/**
 * Finds a container's control groups by its first process: Docker names the group after the container, under whatever driver, and
 * what runs in the container may have made groups below.
 * @returns undefined where they can't be seen from here, as with a Docker in a virtual machine
 */
export async function findCgroup(
	{ id, pid }: { id: string; pid: number },
	roots: CgroupRoots = hostRoots,
): Promise<ContainerCgroup | undefined> {
	const text = await readFile(join(roots.proc, String(pid), "cgroup"), "utf8").catch(() => "");
	const lines = text.split("\n").map((line) => /^\d+:([^:]*):(.*)$/.exec(line));
	const pathOf = (controller: string) => {
		const path = lines.find((line) => line?.[1]?.split(",").includes(controller))?.[2];
		const end = path?.split("/").findIndex((part) => part.includes(id)) ?? -1;
		return end < 0
			? undefined
			: path
					?.split("/")
					.slice(0, end + 1)
					.join("/");
	};
	const [memory, cpu] = [pathOf("memory"), pathOf("cpuacct")];
	if (memory && cpu) return { version: 1, memory: join(roots.cgroup, "memory", memory), cpu: join(roots.cgroup, "cpuacct", cpu) };
	const path = pathOf("");
	return path ? { version: 2, memory: join(roots.cgroup, path), cpu: join(roots.cgroup, path) } : undefined;
}

/** What the processes of a container take, and have taken. */
export async function readUsage({ version, memory, cpu }: ContainerCgroup): Promise<LabUsage> {
	const number = async (folder: string, file: string) => Number((await readFile(join(folder, file), "utf8").catch(() => "0")).trim());
	const entry = async (folder: string, file: string, name: string) => {
		const text = await readFile(join(folder, file), "utf8").catch(() => "");
		return Number(new RegExp(`^${name} (\\d+)$`, "m").exec(text)?.[1] ?? 0);
	};
	if (version === 1) {
		return {
			memoryBytes: await number(memory, "memory.usage_in_bytes"),
			swapBytes: await entry(memory, "memory.stat", "total_swap"),
			cpuMs: (await number(cpu, "cpuacct.usage")) / 1e6,
		};
	}
	return {
		memoryBytes: await number(memory, "memory.current"),
		swapBytes: await number(memory, "memory.swap.current"),
		cpuMs: (await entry(cpu, "cpu.stat", "usage_usec")) / 1e3,
	};
}

// A node's 800 MB took 2.7 s to a swap file; a disk that others keep busy is slower.
const reclaimTimeoutMs = 120_000;

/**
 * Moves a frozen container's memory to swap, as far as it goes. On v1 by a limit that can't be met: the kernel reclaims until
 * nothing more comes, says that it is busy, and leaves the limit as it was. Of what holds nothing the limit can be met, and is put back.
 * @throws AppError `not-reclaimed` where the kernel refuses to try; `command-aborted` by the signal
 */
export async function reclaim({ version, memory }: ContainerCgroup, signal: AbortSignal): Promise<void> {
	const file = join(memory, version === 1 ? "memory.limit_in_bytes" : "memory.reclaim");
	const limit = version === 1 ? await readFile(file, "utf8").catch(() => undefined) : undefined;
	const wanted = version === 1 ? "0" : (await readFile(join(memory, "memory.current"), "utf8")).trim();
	// Another process, because the kernel works within the write: so it can be ended.
	const written = await runCommand("tee", [file], { timeoutMs: reclaimTimeoutMs, signal, input: wanted, env: { LC_ALL: "C" } });
	if (written.exitCode === 0 && limit !== undefined) await writeFile(file, limit.trim());
	if (written.exitCode === 0 || /busy|temporarily unavailable/i.test(written.stderr)) return;
	throw new AppError("not-reclaimed", `Memory could not be moved to swap: ${written.stderr.trim()}`, { retryable: true });
}
