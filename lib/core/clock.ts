import { setTimeout as delay } from "node:timers/promises";

/** Time as the rooms see it; tests inject their own. */
export interface Clock {
	/** Milliseconds since the Unix epoch. */
	now(): number;
	/** Resolves after `ms`; rejects with the signal's reason when aborted. */
	sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
	now: () => Date.now(),
	sleep: (ms, signal) => delay(ms, undefined, { signal }),
};
