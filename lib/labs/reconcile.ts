import { isOver, isStarting, isUsable } from "./lab-state.ts";
import type { LabRecord } from "./lab-store.ts";

/** What to do with each lab after the engine has started: every lab id stands in at most one list. */
export interface ReconcilePlan {
	/** Usable labs of which something is on the host: take them up again. */
	adopt: string[];
	/** Labs that were on their way to the learner or into the pool: go on where they were. */
	resume: string[];
	/** Labs that are over but may have left something: finish removing them. */
	retire: string[];
	/** Labs of the pool of which nothing is on the host any more: nobody misses them. */
	spoilt: string[];
	/** Labs at rest: they stay as they are until somebody comes back. */
	resting: string[];
	/** Usable labs, or labs at rest, of which nothing is on the host any more. */
	lost: string[];
	/** Parts on the host that no record names: remove them. */
	stray: string[];
}

/**
 * Compares what is recorded with what is on the host.
 * @param records all labs of the store
 * @param present ids of labs of this instance of which anything exists on the host
 */
export function planReconcile(records: readonly LabRecord[], present: readonly string[]): ReconcilePlan {
	const here = new Set(present);
	const known = new Set(records.map((record) => record.environmentId));
	const ids = (wanted: (record: LabRecord) => boolean) => records.filter(wanted).map((record) => record.id);
	return {
		adopt: ids((record) => isUsable(record.state) && here.has(record.environmentId)),
		resume: ids((record) => isStarting(record.state) || (record.state === "frozen" && !record.pooled)),
		retire: ids((record) => {
			const removed = record.state === "destroyed" || record.state === "failed";
			return removed ? here.has(record.environmentId) : isOver(record.state);
		}),
		spoilt: ids((record) => record.state === "frozen" && record.pooled && !here.has(record.environmentId)),
		resting: ids((record) => record.state === "resting" && here.has(record.environmentId)),
		lost: ids((record) => (isUsable(record.state) || record.state === "resting") && !here.has(record.environmentId)),
		stray: present.filter((id) => !known.has(id)),
	};
}
