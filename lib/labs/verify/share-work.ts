import type { Proof } from "./plan-runs.ts";

/** Proofs whose clusters are made alike may use one after the other. */
export function topologyOf({ instance }: Proof): string {
	return JSON.stringify(instance.cluster);
}

/** Baseline and fault are runs too. */
export function countRuns({ fixes, wrong }: Proof): number {
	return fixes.reduce((sum, { chained, apart }) => sum + 1 + chained.length + apart.length, 2 + wrong.length);
}

/**
 * Takes the next proof off the list: one for which the worker has a cluster already, the longest first, so that none is
 * left with a long one at the end.
 * @param topology of the worker's cluster
 */
export function takeNext(left: Proof[], topology: string | undefined): Proof | undefined {
	const alike = left.filter((proof) => topologyOf(proof) === topology);
	const [next] = (alike.length > 0 ? alike : left).toSorted((a, b) => countRuns(b) - countRuns(a));
	if (next) left.splice(left.indexOf(next), 1);
	return next;
}
