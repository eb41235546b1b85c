/** Tells followers which labs have changed; a slow follower gets each changed lab once, not every change. */
export interface Changes {
	notify(labId: string): void;
	/** Ids of changed labs as they change, until the signal ends it. */
	follow(signal: AbortSignal): AsyncGenerator<string, void, void>;
}

export function createChanges(): Changes {
	const followers = new Set<(labId: string) => void>();
	return {
		notify(labId) {
			for (const follower of followers) follower(labId);
		},
		async *follow(signal) {
			const changed = new Set<string>();
			let wake = () => {};
			const listener = (labId: string) => {
				changed.add(labId);
				wake();
			};
			const onAbort = () => wake();
			followers.add(listener);
			signal.addEventListener("abort", onAbort);
			try {
				while (!signal.aborted) {
					for (const labId of changed) {
						changed.delete(labId);
						yield labId;
					}
					await new Promise<void>((resolve) => {
						wake = resolve;
						if (changed.size > 0 || signal.aborted) resolve();
					});
				}
			} finally {
				followers.delete(listener);
				signal.removeEventListener("abort", onAbort);
			}
		},
	};
}
