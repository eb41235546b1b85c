import type { HostMemory } from "../providers/provider.ts";
import { isStarting } from "./lab-state.ts";
import type { LabRecord } from "./lab-store.ts";

/** Who has how much of the host's memory, in bytes. */
export interface HostUse {
	/** Each lab of this instance that has or is granted memory, by its id at the provider. */
	here: ReadonlyMap<string, number>;
	hereBytes: number;
	/** The part of it that the pool holds and can give. */
	poolBytes: number;
	/** By other instance. */
	others: Readonly<Record<string, number>>;
	othersBytes: number;
}

/** A lab that waits for its turn: nothing is made of it yet. */
export const isWaiting = (record: LabRecord): boolean => record.state === "requested" && !record.pooled && record.admittedAt === null;

/** A lab of the pool that can still be given to somebody, or up. */
export const isPooled = ({ pooled, state }: LabRecord): boolean => pooled && (isStarting(state) || state === "frozen");

/** Whether memory is granted to it: from its turn until nothing of it is left; what remains of a failed one is counted on the host. */
const isGranted = ({ admittedAt, state }: LabRecord): boolean => admittedAt !== null && state !== "destroyed" && state !== "failed";

/** What is granted to labs, by their ids at the provider. @param neededBytes what a lab may come to take */
export function grantsOf(records: readonly LabRecord[], neededBytes: (record: LabRecord) => number): Record<string, number> {
	return Object.fromEntries(records.filter(isGranted).map((record) => [record.environmentId, record.cold ? 0 : neededBytes(record)]));
}

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, bytes) => total + bytes, 0);

/**
 * What labs take or are granted, whichever is more: of this instance by its records and by what is on the host (also what no
 * record names), of the others by what is there.
 * @param neededBytes what a lab may come to take; a cold one can't grow before it is given to somebody
 */
export function hostUse(records: readonly LabRecord[], memory: HostMemory, neededBytes: (record: LabRecord) => number): HostUse {
	const here = new Map(Object.entries(memory.labs));
	for (const [id, bytes] of Object.entries(grantsOf(records, neededBytes))) here.set(id, Math.max(here.get(id) ?? 0, bytes));
	const poolBytes = sum(records.filter(isPooled).map(({ environmentId }) => here.get(environmentId) ?? 0));
	return { here, hereBytes: sum(here.values()), poolBytes, others: memory.others, othersBytes: sum(Object.values(memory.others)) };
}
