const MiB = 1024 * 1024;

/** What one lab takes of a host, in bytes: measured on labs with one node, and put together for larger ones. */
export interface LabMemory {
	/** Running, or frozen in memory. */
	hotBytes: number;
	/** Frozen and reclaimed: what can't be moved to swap. */
	coldBytes: number;
	/** Swap that a reclaimed one takes. */
	swapBytes: number;
}

// 464 MiB were measured for an idle one-node cluster (build way, two cores); a scenario's workloads and page cache
// that can't be dropped come on top.
const firstNodeBytes = 700 * MiB;
// A worker has no control plane: kubelet, containerd, kube-proxy, network agent and its share of the pods.
const furtherNodeBytes = 400 * MiB;
// Workstation with a shell or two, the mirror, the edge (3 MB), and their shims.
const besidesBytes = 100 * MiB;
// 882 MB went to 62 MB in a trial: page tables, kernel stacks and slabs stay.
const coldNodeBytes = 62 * MiB;
const coldBesidesBytes = 20 * MiB;

/** @param nodes of the lab's cluster */
export function labMemory(nodes: number): LabMemory {
	const hotBytes = firstNodeBytes + (nodes - 1) * furtherNodeBytes + besidesBytes;
	const coldBytes = nodes * coldNodeBytes + coldBesidesBytes;
	// Page cache is dropped rather than swapped, so this is the most.
	return { hotBytes, coldBytes, swapBytes: hotBytes - coldBytes };
}

// For the host itself, the engine and the web.
export const hostReserveBytes = 1024 * MiB;

/** How many labs with one node can be ready, besides what runs there. */
export interface RoomForLabs {
	/** All of them frozen in memory. */
	inMemory: number;
	/** As many as possible of them in swap. */
	withSwap: number;
}

export function roomForLabs({ availableBytes, freeSwapBytes }: { availableBytes: number; freeSwapBytes: number }): RoomForLabs {
	const { hotBytes, coldBytes, swapBytes } = labMemory(1);
	const forLabs = Math.max(0, availableBytes - hostReserveBytes);
	const inMemory = Math.floor(forLabs / hotBytes);
	// One is made, or woken, at a time.
	const cold = Math.max(0, Math.min(Math.floor(freeSwapBytes / swapBytes), Math.floor((forLabs - hotBytes) / coldBytes)));
	return { inMemory, withSwap: cold + Math.max(0, Math.floor((forLabs - cold * coldBytes) / hotBytes)) };
}
