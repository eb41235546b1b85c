import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/log.ts";

// After a failure of Docker, as when a host is busy for a moment.
const retryMs = 2_000;

/**
 * Tries again after a pause, until it is done, the tries are used up or the signal ends it.
 * @param options.what said of each failure: `a lab could not be removed`
 * @throws what the last try threw
 */
export async function untilDone<T>(
	options: { labId: string; what: string; clock: Clock; log: Logger; signal: AbortSignal; tries?: number },
	act: () => Promise<T>,
): Promise<T> {
	const { labId, what, clock, log, signal, tries = Number.POSITIVE_INFINITY } = options;
	for (let left = tries; ; left -= 1) {
		try {
			return await act();
		} catch (error) {
			log.warn({ err: error, lab: labId }, what);
			if (left <= 1 || signal.aborted) throw error;
			await clock.sleep(retryMs, signal);
		}
	}
}
