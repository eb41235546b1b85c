import type { Lab } from "../protocol/lab.ts";
import type { Changes } from "./changes.ts";

/** A lab now and at every change of it, until it is destroyed or the signal ends it. */
export async function* watchLab(
	labId: string,
	{ changes, get, signal }: { changes: Changes; get(labId: string): Promise<Lab>; signal: AbortSignal },
): AsyncGenerator<Lab, void, void> {
	const changed = changes.follow(signal);
	// Follow first, read afterwards: a change in between is not lost.
	let next = changed.next();
	for (;;) {
		const lab = await get(labId);
		yield lab;
		if (lab.state === "destroyed") break;
		for (;;) {
			const { value, done } = await next;
			if (done) return;
			next = changed.next();
			if (value === labId) break;
		}
	}
	await changed.return();
}
