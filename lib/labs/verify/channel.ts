/** Items that several workers put in and one reader takes, in the order of their coming. */
export interface Channel<T> {
	put(item: T): void;
	/** No more items come; with an error the reader is given it after those that are there. */
	end(error?: unknown): void;
	[Symbol.asyncIterator](): AsyncIterator<T>;
}

export function createChannel<T>(): Channel<T> {
	const items: T[] = [];
	let ended: { error: unknown } | undefined;
	let wake: (() => void) | undefined;
	return {
		put(item) {
			items.push(item);
			wake?.();
		},
		end(error) {
			ended ??= { error };
			wake?.();
		},
		async *[Symbol.asyncIterator]() {
			for (;;) {
				while (items.length > 0) yield items.shift() as T;
				if (ended?.error !== undefined) throw ended.error;
				if (ended) return;
				await new Promise<void>((resolve) => {
					wake = resolve;
				});
				wake = undefined;
			}
		},
	};
}
