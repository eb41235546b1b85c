import type { LabProvider } from "../providers/provider.ts";
import type { FollowDeps } from "./follow-lab.ts";
import { createAsleep } from "./lab-runtime.ts";
import { canHappen, type LabEvent } from "./lab-state.ts";
import type { LabRecord } from "./lab-store.ts";

interface RestingDeps extends Pick<FollowDeps, "clock" | "log" | "runtime"> {
	provider(): Promise<LabProvider>;
	find(labId: string): Promise<LabRecord>;
	move(labId: string, event: LabEvent, change: Partial<Omit<LabRecord, "id" | "state">>): Promise<unknown>;
	/** Thaws the lab and follows it, until the signal ends it. */
	takeUp(labId: string, signal: AbortSignal): Promise<void>;
	/** Of a lab of which parts are gone. */
	lose(labId: string): Promise<void>;
}

/** The part of a lab's life between `active` and `resting`. */
export interface Resting {
	/** Freezes a usable lab, or again one that rests already, until it is woken. */
	rest(labId: string): void;
	/** Resolves when the lab is awake: at once where it does not rest. @throws AppError where it can't be woken, or is over */
	wake(labId: string): Promise<void>;
	/** Says of a lab that was thawed that it is awake; nothing where it did not rest. */
	endRest(lab: LabRecord): Promise<void>;
}

/** The times of a lab for which time stood still: neither the learner's nor the lab's has run. @param ms for how long */
export function stoodStill({ restingSince, readyAt, expiresAt, solvedAt }: LabRecord, ms: number) {
	const later = (at: number | null) => (at === null ? null : at + ms);
	return { restingSince: later(restingSince), expiresAt: later(expiresAt), readyAt: solvedAt === null ? later(readyAt) : readyAt };
}

export function createResting({ clock, log, provider, runtime: runtimeOf, find, move, takeUp, lose }: RestingDeps): Resting {
	/** Where it can't be frozen it goes on. */
	async function layDown(labId: string, signal: AbortSignal): Promise<void> {
		const { state, environmentId } = await find(labId);
		if (state !== "resting" && !canHappen(state, "rest")) return;
		try {
			const environment = runtimeOf(labId).environment ?? (await (await provider()).adopt(environmentId));
			if (!environment) return lose(labId);
			await environment.freeze();
		} catch (error) {
			signal.throwIfAborted();
			log.warn({ err: error, lab: labId }, "a lab that nobody uses could not be frozen");
			return takeUp(labId, signal);
		}
		// Frozen first, said then: a crash between leaves a lab that the next engine thaws.
		signal.throwIfAborted();
		if (state !== "resting") await move(labId, "rest", { restingSince: clock.now() });
	}

	return {
		rest(labId) {
			const runtime = runtimeOf(labId);
			// Somebody has come: to end their job now would leave them waiting for a lab that sleeps on.
			if (runtime.asleep?.waking) return;
			runtime.asleep ??= createAsleep();
			void runtime.work.replace((signal) => layDown(labId, signal));
		},
		async wake(labId) {
			const runtime = runtimeOf(labId);
			if (!runtime.asleep) {
				// An engine that has just started does not know yet what rests.
				if (runtime.environment || (await find(labId)).state !== "resting") return;
				runtime.asleep ??= createAsleep();
			}
			const { asleep } = runtime;
			if (!asleep.waking) {
				asleep.waking = true;
				void runtime.work.replace((signal) =>
					takeUp(labId, signal).catch((error) => {
						// Whoever comes next tries again.
						if (runtime.asleep === asleep) runtime.asleep = createAsleep();
						asleep.reject(error);
						throw error;
					}),
				);
			}
			return asleep.awake;
		},
		// Time stood still while it rested: neither the learner's nor the lab's has run.
		async endRest(lab) {
			if (lab.state !== "resting") return;
			const restedMs = clock.now() - (lab.restingSince ?? clock.now());
			await move(lab.id, lab.solvedAt === null ? "wake" : "solve", { ...stoodStill(lab, restedMs), restingSince: null });
		},
	};
}
