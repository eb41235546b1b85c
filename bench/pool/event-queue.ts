/** What happens when, in the order of time; what is due at the same time, in the order in which it was put in. */
export interface EventQueue<T> {
	put(at: number, what: T): void;
	/** Undefined where nothing is left. */
	take(): { at: number; what: T } | undefined;
}

/** A binary heap: a simulation holds tens of thousands of events. */
export function createEventQueue<T>(): EventQueue<T> {
	const heap: { at: number; order: number; what: T }[] = [];
	let put = 0;
	const before = (a: number, b: number) => {
		const [left, right] = [heap[a], heap[b]];
		if (!left || !right) return left !== undefined;
		return left.at < right.at || (left.at === right.at && left.order < right.order);
	};
	const swap = (a: number, b: number) => {
		[heap[a], heap[b]] = [heap[b] as (typeof heap)[0], heap[a] as (typeof heap)[0]];
	};
	return {
		put(at, what) {
			let child = heap.push({ at, order: put++, what }) - 1;
			while (child > 0) {
				const parent = (child - 1) >> 1;
				if (!before(child, parent)) break;
				swap(child, parent);
				child = parent;
			}
		},
		take() {
			if (heap.length === 0) return undefined;
			swap(0, heap.length - 1);
			const first = heap.pop();
			for (let parent = 0; ; ) {
				const least = [2 * parent + 1, 2 * parent + 2].reduce((best, child) => (before(child, best) ? child : best), parent);
				if (least === parent) return first;
				swap(parent, least);
				parent = least;
			}
		},
	};
}
