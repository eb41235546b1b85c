import type { Clock } from "../core/clock.ts";
import type { LabRuntime } from "./lab-runtime.ts";
import { isUsable } from "./lab-state.ts";
import type { LabRecord } from "./lab-store.ts";
import type { Lifecycle } from "./lifecycle.ts";

/**
 * How long a resting lab is kept: from one evening until the morning after the next, so that "continue tomorrow" holds. Its
 * time stands still meanwhile, but its memory does not come back before. Only time in which somebody could come back counts:
 * that in which no engine ran does not.
 */
export const keptRestingMs = 36 * 60 * 60_000;
/** What a program prints in a terminal that somebody has open counts as use, for so many idle times after the last key. */
const watchedTimes = 3;

export interface RestDeps {
	runtime(labId: string): LabRuntime;
	lifecycle: Pick<Lifecycle, "rest" | "wake" | "retire">;
	clock: Clock;
	/** Without use for so long a lab rests; null: never. */
	idleRestMs: number | null;
}

/** Lays down labs that nobody uses and wakes them for whoever comes back. */
export interface Rest {
	/** Does something by a person's or a program's wish; until it is done, and an idle time after, the lab does not rest. */
	use<T>(labId: string, act: () => Promise<T>): Promise<T>;
	/** The same for what needs the lab awake: wakes it first where it rests. @throws AppError where it can't be woken */
	awake<T>(labId: string, act: () => Promise<T>): Promise<T>;
	/** Something came from a terminal. A key or a page that opens wakes the lab; output only keeps it awake. */
	noteTerminal(labId: string, use: "typed" | "opened" | "shown"): void;
	/** Lays down what is idle and takes back what has rested for too long. @param records as they are now */
	sweep(records: readonly LabRecord[]): Promise<void>;
}

export function createRest({ runtime, lifecycle, clock, idleRestMs }: RestDeps): Rest {
	function touch(lab: LabRuntime): void {
		lab.usedAt = clock.now();
		lab.touchedAt = lab.usedAt;
	}

	// All before the first await: a lab is not laid down between a wish and its beginning.
	async function use<T>(labId: string, act: () => Promise<T>): Promise<T> {
		const lab = runtime(labId);
		lab.users += 1;
		touch(lab);
		try {
			return await act();
		} finally {
			lab.users -= 1;
			touch(lab);
		}
	}

	function isIdle(lab: LabRuntime, idleMs: number): boolean {
		if (!lab.environment || !lab.grader || lab.asleep || lab.users > 0 || lab.checking !== null) return false;
		const now = clock.now();
		return now - lab.usedAt >= idleMs || now - lab.touchedAt >= watchedTimes * idleMs;
	}

	return {
		use,
		awake: (labId, act) =>
			use(labId, async () => {
				await lifecycle.wake(labId);
				return act();
			}),
		noteTerminal(labId, how) {
			const lab = runtime(labId);
			if (how === "shown") lab.usedAt = clock.now();
			else {
				touch(lab);
				// What goes wrong is the lab's failure, and the page says it.
				lifecycle.wake(labId).catch(() => {});
			}
		},
		async sweep(records) {
			if (idleRestMs !== null) {
				for (const { id, state } of records) if (isUsable(state) && isIdle(runtime(id), idleRestMs)) lifecycle.rest(id);
			}
			for (const { id, state, restingSince } of records) {
				if (state === "resting" && clock.now() - (restingSince ?? 0) >= keptRestingMs) await lifecycle.retire(id, "expire");
			}
		},
	};
}
