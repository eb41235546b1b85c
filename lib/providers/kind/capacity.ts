import { AppError } from "../../core/errors.ts";
import { hostReserveBytes, labMemory } from "../../core/lab-memory.ts";
import { parseSwap } from "../../core/swap.ts";
import type { ClusterSpec, ColdRoom, HostMemory } from "../provider.ts";
import type { Grants } from "./grants.ts";

const MiB = 1024 * 1024;

export const reserveBytes = hostReserveBytes;

/** Memory that one more lab of this shape needs. */
export function neededBytes({ nodes }: Pick<ClusterSpec, "nodes">): number {
	return labMemory(nodes).hotBytes;
}

export interface Meminfo {
	totalBytes: number;
	/** What can be had without swapping. */
	availableBytes: number;
}

/** @param text of /proc/meminfo, which counts in KiB */
export function parseMeminfo(text: string): Meminfo {
	const [totalBytes, availableBytes] = ["MemTotal", "MemAvailable"].map((name) => {
		const kibibytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(text)?.[1];
		if (kibibytes === undefined) throw new AppError("no-meminfo", "The host does not say how much memory it has and how much is free.");
		return Number(kibibytes) * 1024;
	}) as [number, number];
	return { totalBytes, availableBytes };
}

/** A lab of any instance of which containers are on the host. */
export interface LabOnHost {
	instanceId: string;
	labId: string;
	nodes: number;
	/** Every part of it is frozen: it takes no more than now until it is thawed. */
	frozen: boolean;
	/** Memory that it takes now and that can't be dropped; null where the host does not say. */
	usedBytes: number | null;
}

interface Shared {
	meminfo: Meminfo;
	/** Whose view it is. */
	instanceId: string;
	labs: readonly LabOnHost[];
	/** The most that this instance's labs may take together; undefined: all there is. */
	limitBytes?: number | undefined;
	/** By other instance: what it has told that it grants. */
	told?: Readonly<Record<string, Grants>>;
	/** Labs of this instance that give way by themselves as soon as a lab is made. */
	givesWay: (labId: string) => boolean;
}

/**
 * The host's memory as labs share it. A lab counts with what it takes or what it may come to take, whichever is more: one
 * that was just made has most of its memory still before it. What other programs take is what is in use beside labs.
 *
 * A frozen lab of another instance counts with what that instance says of it, where that is more than it takes: nothing for
 * one in swap, of which a big cold tier would else leave nobody else any room; all of it before such a lab is woken, since an
 * engine tells first and looks then (docs/pool-plan.md, "The queue"). Where nothing is said of it, because its engine has
 * ended and it is not in swap, it counts in full: the next engine thaws learners' labs without asking.
 */
export function shareMemory({ meminfo, instanceId, labs, told = {}, limitBytes = Number.POSITIVE_INFINITY, givesWay }: Shared): HostMemory {
	const usedBytes = (lab: LabOnHost) => lab.usedBytes ?? neededBytes(lab);
	const inUse = meminfo.totalBytes - meminfo.availableBytes;
	const besides = Math.max(0, inUse - labs.reduce((sum, lab) => sum + usedBytes(lab), 0));
	const memory: HostMemory = { mostBytes: 0, totalBytes: 0, others: {}, labs: {} };
	for (const lab of labs) {
		const toldBytes = told[lab.instanceId]?.[lab.labId];
		const mayTakeBytes = lab.frozen && toldBytes !== undefined ? toldBytes : Math.max(neededBytes(lab), toldBytes ?? 0);
		const heldBytes = Math.max(usedBytes(lab), mayTakeBytes);
		if (lab.instanceId !== instanceId) memory.others[lab.instanceId] = (memory.others[lab.instanceId] ?? 0) + heldBytes;
		else if (!givesWay(lab.labId)) memory.labs[lab.labId] = lab.frozen ? usedBytes(lab) : heldBytes;
	}
	const known = new Set(labs.map((lab) => `${lab.instanceId}/${lab.labId}`));
	for (const [other, grants] of Object.entries(told)) {
		for (const [labId, bytes] of Object.entries(grants)) {
			if (bytes > 0 && !known.has(`${other}/${labId}`)) memory.others[other] = (memory.others[other] ?? 0) + bytes;
		}
	}
	const forLabs = Math.max(0, meminfo.totalBytes - reserveBytes);
	const othersBytes = Object.values(memory.others).reduce((sum, bytes) => sum + bytes, 0);
	memory.mostBytes = Math.min(forLabs, limitBytes);
	memory.totalBytes = Math.min(Math.max(0, forLabs - besides), limitBytes + othersBytes);
	return memory;
}

// Swap that stays free: a full one is felt by every program of the host.
const swapReserveBytes = 256 * MiB;
// What zram is usually said to reach; not measured here.
const zramRatio = 3;

/**
 * @param meminfo the text of /proc/meminfo
 * @param swaps the text of /proc/swaps
 */
export function coldRoom(cluster: ClusterSpec, meminfo: string, swaps: string): ColdRoom | null {
	const swap = parseSwap(meminfo, swaps);
	if (swap.totalBytes === 0) return null;
	const { coldBytes, swapBytes } = labMemory(cluster.nodes);
	// Swap in memory takes memory.
	const memoryBytes = coldBytes + (swap.inMemory ? swapBytes / zramRatio : 0);
	return { memoryBytes, swapBytes, freeSwapBytes: Math.max(0, swap.freeBytes - swapReserveBytes) };
}
