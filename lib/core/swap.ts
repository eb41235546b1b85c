import { access, constants } from "node:fs/promises";
import { join } from "node:path";

/** Swap of a host, in bytes. */
export interface Swap {
	totalBytes: number;
	freeBytes: number;
	/** All or part of it is memory itself, compressed. */
	inMemory: boolean;
}

/**
 * @param meminfo the text of /proc/meminfo, which counts in KiB
 * @param swaps the text of /proc/swaps: a line a device below its head
 */
export function parseSwap(meminfo: string, swaps: string): Swap {
	const bytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(meminfo)?.[1] ?? 0) * 1024;
	return { totalBytes: bytes("SwapTotal"), freeBytes: bytes("SwapFree"), inMemory: /^\/dev\/zram/m.test(swaps) };
}

/** Whether this process may move memory of control groups to swap: as root, on cgroup v2 since Linux 5.19. */
export async function canReclaim(cgroups = "/sys/fs/cgroup"): Promise<boolean> {
	const files = [join(cgroups, "memory", "memory.limit_in_bytes"), join(cgroups, "memory.reclaim")];
	const writable = files.map((file) =>
		access(file, constants.W_OK).then(
			() => true,
			() => false,
		),
	);
	return (await Promise.all(writable)).some(Boolean);
}
