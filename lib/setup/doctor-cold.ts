import { readFile } from "node:fs/promises";
import { roomForLabs } from "../core/lab-memory.ts";
import { canReclaim, parseSwap } from "../core/swap.ts";
import type { Finding } from "./finding.ts";
import { inGib } from "./host-checks.ts";

const needed = "nothing; with swap (npm start -- --swap-file 16G) frozen labs leave memory, and several times as many can be ready";

/** What this host can hold ready, in memory and in swap; having no swap is no fault. */
export async function checkColdTier(): Promise<Finding> {
	const [meminfo, swaps] = await Promise.all(["/proc/meminfo", "/proc/swaps"].map((file) => readFile(file, "utf8")));
	return coldFinding(meminfo ?? "", swaps ?? "", await canReclaim());
}

/**
 * @param meminfo the text of /proc/meminfo
 * @param swaps the text of /proc/swaps
 * @param allowed whether this process may move memory to swap
 */
export function coldFinding(meminfo: string, swaps: string, allowed: boolean): Finding {
	const swap = parseSwap(meminfo, swaps);
	const availableBytes = Number(/^MemAvailable:\s+(\d+) kB$/m.exec(meminfo)?.[1] ?? 0) * 1024;
	const { inMemory, withSwap } = roomForLabs({ availableBytes, freeSwapBytes: swap.freeBytes });
	const room = `room for ${inMemory} more labs in memory`;
	const finding = { name: "cold tier", ok: true, needed, mend: null };
	if (swap.totalBytes === 0) return { ...finding, found: `none: no swap; ${room}` };
	if (!allowed) return { ...finding, found: `none: only root may move labs to swap; ${room}` };
	const compressed = swap.inMemory ? ", part of it compressed memory" : "";
	return { ...finding, found: `${inGib(swap.freeBytes)} of swap free${compressed}; ${room}, with swap for ${withSwap}` };
}
