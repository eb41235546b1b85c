import type { Clock } from "../../core/clock.ts";
import { AppError } from "../../core/errors.ts";

interface WaitOptions {
	clock: Clock;
	signal: AbortSignal;
	timeoutMs: number;
	/** What is waited for, in words: `CoreDNS`. */
	what: string;
	/** Between two questions; 250 ms unless told. */
	stepMs?: number;
}

/**
 * Asks again until the answer is yes; errors count as no, but those of ours that another try can't mend.
 * @param ask returns what is still missing, or undefined
 * @throws AppError `not-ready` with what was missing last
 */
export async function waitUntil(ask: () => Promise<string | undefined>, options: WaitOptions): Promise<void> {
	const deadline = options.clock.now() + options.timeoutMs;
	let missing: string | undefined = "nothing was asked";
	for (;;) {
		options.signal.throwIfAborted();
		try {
			missing = await ask();
			if (missing === undefined) return;
		} catch (error) {
			if (error instanceof AppError && !error.retryable) throw error;
			missing = error instanceof Error ? error.message.split("\n")[0] : String(error);
		}
		if (options.clock.now() >= deadline) {
			throw new AppError("not-ready", `${options.what} was not ready after ${options.timeoutMs / 1000} s: ${missing}`, {
				mend: "npx faultline doctor",
				retryable: true,
			});
		}
		await options.clock.sleep(options.stepMs ?? 250, options.signal);
	}
}
