import type { Clock } from "../../core/clock.ts";

interface Sleeper {
	at: number;
	wake(): void;
}

/** A clock that stands still while anything runs and leaps to the next sleeper when told to go on. */
export interface VirtualClock extends Clock {
	/** Lets so much time pass; what wakes meanwhile runs in order. */
	pass(ms: number): Promise<void>;
}

export function virtualClock(start = 1_000_000): VirtualClock {
	let now = start;
	const sleepers = new Set<Sleeper>();
	const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
	return {
		now: () => now,
		sleep(ms, signal) {
			return new Promise((resolve, reject) => {
				if (signal?.aborted) return reject(signal.reason);
				const sleeper = {
					at: now + ms,
					wake() {
						sleepers.delete(sleeper);
						signal?.removeEventListener("abort", end);
						resolve();
					},
				};
				const end = () => {
					sleepers.delete(sleeper);
					reject(signal?.reason);
				};
				signal?.addEventListener("abort", end, { once: true });
				sleepers.add(sleeper);
			});
		},
		async pass(ms) {
			const until = now + ms;
			for (;;) {
				await settle();
				const next = [...sleepers].sort((a, b) => a.at - b.at)[0];
				if (!next || next.at > until) break;
				now = next.at;
				next.wake();
			}
			now = until;
		},
	};
}
