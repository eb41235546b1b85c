import { AppError } from "../core/errors.ts";
import type { ClusterSpec, LabProvider } from "../providers/provider.ts";

const gib = 1024 ** 3;

/**
 * Refuses a lab that the host has no memory for.
 * @param starting labs on their way, whose memory the host does not show as used yet
 * @throws AppError `host-full`
 */
export async function checkRoom(provider: LabProvider, cluster: ClusterSpec, starting: number): Promise<void> {
	const { neededBytes, freeBytes } = await provider.capacity(cluster);
	const leftBytes = freeBytes - starting * neededBytes;
	if (leftBytes >= neededBytes) return;
	throw new AppError(
		"host-full",
		`This lab needs ${(neededBytes / gib).toFixed(1)} GiB of memory; the host has ${Math.max(0, leftBytes / gib).toFixed(1)} GiB left.`,
		{ kind: "conflict", retryable: true, mend: "End a lab, or free memory on the host." },
	);
}
