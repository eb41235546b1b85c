import { AppError } from "../core/errors.ts";
import type { LabProvider } from "../providers/provider.ts";
import type { FollowDeps } from "./follow-lab.ts";
import { canHappen, isOver, type LabEvent } from "./lab-state.ts";
import type { LabRecord } from "./lab-store.ts";
import { untilDone } from "./until-done.ts";

/** Tries at once; what is left then is left alone for a while. */
const removalTries = 3;
/** Docker that was restarted or a disk that was full has come round by then; a container that hangs is looked at once a minute. */
export const removalAgainMs = 60_000;

interface RemovalDeps extends Pick<FollowDeps, "store" | "clock" | "log" | "runtime"> {
	provider(): Promise<LabProvider>;
	/** Ends every shell of a lab. */
	endShells(labId: string): void;
	/** Called when a lab's parts are gone: there may be room. */
	moved(): void;
	find(labId: string): Promise<LabRecord>;
	move(labId: string, event: LabEvent): Promise<unknown>;
}

/** How labs and what no lab needs any more leave memory and the host. What fails is tried again: see {@link Removal.retryRemovals}. */
export interface Removal {
	/** Drops what is in memory of a lab that is going away. */
	forget(labId: string): void;
	/** Begins to take from the host what is there of a lab that failed. */
	removeParts(lab: Pick<LabRecord, "id" | "environmentId">): void;
	/**
	 * Removes what a reset has replaced; after a crash it is a stray.
	 * @param free when to begin: removing a cluster keeps Docker and both processors busy for longer than a spare takes to wake
	 */
	removeReplaced(lab: Pick<LabRecord, "id" | "environmentId">, free: Promise<void>): void;
	/** Removes what no record names, one after another; returns when each was tried. @param strays ids at the provider */
	removeStrays(strays: readonly string[]): Promise<void>;
	/** Removes a lab that is over, or leftovers of one that failed. Where that fails it keeps its state. */
	finishRemoval(labId: string): void;
	/** Tries again what could not be removed a while ago. */
	retryRemovals(): Promise<void>;
	/** Resolves when nothing is being removed any more. */
	removed(): Promise<void>;
	/** The same without pauses between tries: the next engine finds what is left. */
	leaveRemovals(): Promise<void>;
}

/** What is on the host, or may be, of a lab that is over or was replaced. */
interface Leftover {
	labId: string;
	trying: Promise<void> | undefined;
	/** When to try again, where nobody does. */
	againAt: number;
}

export function createRemoval(deps: RemovalDeps): Removal {
	const { store, clock, log, find, move } = deps;
	/** By id at the provider. */
	const leftovers = new Map<string, Leftover>();
	let leaving = new AbortController();

	function forget(labId: string): void {
		const runtime = deps.runtime(labId);
		runtime.grading?.abort(new AppError("lab-over", "The lab was ended during the check.", { kind: "conflict" }));
		runtime.asleep?.reject(new AppError("lab-over", "The lab was ended or begun anew while it rested.", { kind: "conflict" }));
		Object.assign(runtime, { environment: undefined, grader: undefined, objectives: [], checking: null, asleep: undefined });
		deps.endShells(labId);
	}

	/** Resolves when it is gone or was tried often enough; whoever asks meanwhile waits for the same. */
	function clear(environmentId: string, labId: string, free?: Promise<void>): Promise<void> {
		const leftover = leftovers.get(environmentId) ?? { labId, trying: undefined, againAt: 0 };
		leftovers.set(environmentId, leftover);
		leftover.trying ??= attempt(environmentId, leftover, free);
		return leftover.trying;
	}

	async function attempt(environmentId: string, leftover: Leftover, free?: Promise<void>): Promise<void> {
		const trying = { clock, log, labId: environmentId, signal: leaving.signal, what: "a lab could not be removed", tries: removalTries };
		try {
			await free;
			await untilDone(trying, async () => (await deps.provider()).destroy(environmentId));
			leftovers.delete(environmentId);
		} catch {
			// Each try has said why.
			leftover.againAt = clock.now() + removalAgainMs;
		} finally {
			leftover.trying = undefined;
			deps.moved();
		}
	}

	const leftOf = (labId: string) => [...leftovers.keys()].filter((environmentId) => leftovers.get(environmentId)?.labId === labId);

	function finishRemoval(labId: string): void {
		void deps.runtime(labId).work.replace(async () => {
			const lab = await store.get(labId);
			// One of the pool leaves no record when it is gone.
			if (!lab) return;
			if (canHappen(lab.state, "destroy")) await move(labId, "destroy");
			forget(labId);
			await Promise.all([...new Set([lab.environmentId, ...leftOf(labId)])].map((environmentId) => clear(environmentId, labId)));
			if (leftOf(labId).length > 0) return;
			if (canHappen((await find(labId)).state, "destroyed")) await move(labId, "destroyed");
			// Nobody ever saw it.
			if (lab.pooled) await store.remove(labId);
			deps.moved();
		});
	}

	async function removed(): Promise<void> {
		await Promise.all([...leftovers.values()].map(({ trying }) => trying));
	}

	return {
		forget,
		finishRemoval,
		removed,
		removeParts({ id, environmentId }) {
			forget(id);
			void clear(environmentId, id);
		},
		removeReplaced: ({ id, environmentId }, free) => void clear(environmentId, id, free),
		async removeStrays(strays) {
			for (const id of strays) await clear(id, id);
		},
		async retryRemovals() {
			const due = [...leftovers].filter(([, { trying, againAt }]) => !trying && againAt <= clock.now());
			const over = new Set<string>();
			for (const [environmentId, { labId }] of due) {
				const state = (await store.get(labId))?.state;
				if (state && isOver(state)) over.add(labId);
				else void clear(environmentId, labId);
			}
			for (const labId of over) finishRemoval(labId);
		},
		async leaveRemovals() {
			leaving.abort(new AppError("stopping", "The engine is stopping."));
			leaving = new AbortController();
			await removed();
		},
	};
}
