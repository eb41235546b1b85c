import { AppError } from "../../core/errors.ts";
import type { ClusterSpec } from "../provider.ts";

const MiB = 1024 * 1024;

// 464 MiB were measured for an idle one-node cluster (build way, two cores); a scenario's workloads and page cache
// that can't be dropped come on top.
const firstNodeBytes = 700 * MiB;
// A worker has no control plane: kubelet, containerd, kube-proxy, network agent and its share of the pods.
const furtherNodeBytes = 400 * MiB;
// Workstation with a shell or two, the mirror, the edge (3 MB), and their shims.
const besidesBytes = 100 * MiB;
/** Kept for the host itself, the engine and the web. */
export const reserveBytes = 1024 * MiB;

/** Memory that one more lab of this shape needs. */
export function neededBytes(cluster: ClusterSpec): number {
	return firstNodeBytes + (cluster.nodes - 1) * furtherNodeBytes + besidesBytes;
}

/**
 * What labs may still take of the host's memory.
 * @param meminfo the text of /proc/meminfo, which counts in KiB
 */
export function freeBytes(meminfo: string): number {
	const available = /^MemAvailable:\s+(\d+) kB$/m.exec(meminfo)?.[1];
	if (available === undefined) throw new AppError("no-meminfo", "The host does not say how much memory is free.");
	return Math.max(0, Number(available) * 1024 - reserveBytes);
}
