import { AppError } from "../core/errors.ts";
import type { LabProvider } from "../providers/provider.ts";
import type { FollowDeps } from "./follow-lab.ts";
import { canHappen, type LabEvent } from "./lab-state.ts";
import type { LabRecord } from "./lab-store.ts";
import { untilDone } from "./until-done.ts";

/** A lab that can't be removed keeps its state; asking again to end it tries again. */
const removalTries = 3;

interface RemovalDeps extends Pick<FollowDeps, "store" | "clock" | "log" | "runtime"> {
	provider(): Promise<LabProvider>;
	/** Ends every shell of a lab. */
	endShells(labId: string): void;
	/** Called when a lab's parts are gone: there may be room. */
	moved(): void;
	find(labId: string): Promise<LabRecord>;
	move(labId: string, event: LabEvent): Promise<unknown>;
}

/** How labs and what resets have replaced leave memory and the host. */
export interface Removal {
	/** Drops what is in memory of a lab that is going away. */
	forget(labId: string): void;
	/** Drops it and takes its environment from the host. */
	removeParts(labId: string, environmentId: string): Promise<void>;
	/**
	 * Removes what a reset has replaced; after a crash it is a stray.
	 * @param free when to begin: removing a cluster keeps Docker and both processors busy for longer than a spare takes to wake
	 */
	removeReplaced(lab: LabRecord, free: Promise<void>): void;
	/** Finishes a removal that a crash has cut short, or removes leftovers of a lab that failed. */
	finishRemoval(labId: string): void;
	/** Resolves when what resets have replaced is gone. */
	removed(): Promise<void>;
}

export function createRemoval(deps: RemovalDeps): Removal {
	const { store, clock, log, find, move } = deps;
	/** What resets have replaced and is not gone yet, with the lab that it was. */
	const removals = new Map<Promise<void>, string>();

	function forget(labId: string): void {
		const runtime = deps.runtime(labId);
		runtime.grading?.abort(new AppError("lab-over", "The lab was ended during the check.", { kind: "conflict" }));
		runtime.asleep?.reject(new AppError("lab-over", "The lab was ended or begun anew while it rested.", { kind: "conflict" }));
		Object.assign(runtime, { environment: undefined, grader: undefined, objectives: [], checking: null, asleep: undefined });
		deps.endShells(labId);
	}

	async function removeParts(labId: string, environmentId: string): Promise<void> {
		forget(labId);
		await (await deps.provider()).destroy(environmentId);
	}

	return {
		forget,
		removeParts,
		removeReplaced({ id, environmentId }, free) {
			const removal = free
				.then(async () => (await deps.provider()).destroy(environmentId))
				.catch((error) => log.warn({ err: error, lab: environmentId }, "what a reset has replaced could not be removed"))
				.finally(() => {
					removals.delete(removal);
					deps.moved();
				});
			removals.set(removal, id);
		},
		finishRemoval(labId) {
			void deps.runtime(labId).work.replace(async (signal) => {
				if (canHappen((await find(labId)).state, "destroy")) await move(labId, "destroy");
				const { environmentId } = await find(labId);
				const trying = { clock, log, labId, signal, what: "a lab could not be removed", tries: removalTries };
				await untilDone(trying, () => removeParts(labId, environmentId));
				await Promise.all([...removals].map(([removal, id]) => (id === labId ? removal : undefined)));
				if (canHappen((await find(labId)).state, "destroyed")) await move(labId, "destroyed");
				// Nobody ever saw it.
				if ((await find(labId)).pooled) await store.remove(labId);
				deps.moved();
			});
		},
		removed: async () => void (await Promise.all(removals.keys())),
	};
}
