import { AppError } from "../core/errors.ts";
import type { Logger } from "../core/log.ts";
import type { Grader } from "../grading/grade.ts";
import type { ObjectiveResult } from "../protocol/report.ts";
import type { LabEnvironment } from "../providers/provider.ts";

/** What the engine holds in memory of one lab; all of it can be made again from the store and the provider. */
export interface LabRuntime {
	environment: LabEnvironment | undefined;
	grader: Grader | undefined;
	objectives: ObjectiveResult[];
	/** The step that a running decisive check is at. */
	checking: string | null;
	/** Ends the running decisive check. */
	grading: AbortController | undefined;
	/** When it was last used, and when by hand: milliseconds since the epoch. */
	usedAt: number;
	touchedAt: number;
	/** What is under way that needs it awake. */
	users: number;
	/** From when it is laid down until it is awake again. */
	asleep: Asleep | undefined;
	/** Work that must not run twice at once: bringing up, resetting, removing. */
	readonly work: WorkQueue;
}

/** A lab that rests, or is on its way there and back. */
export interface Asleep {
	/** Being woken. */
	waking: boolean;
	/** Resolves when it can be used; rejects where it is over, or can't be woken. */
	readonly awake: Promise<void>;
	resolve(): void;
	reject(error: unknown): void;
}

export function createAsleep(): Asleep {
	const { promise, resolve, reject } = Promise.withResolvers<void>();
	// Nobody need be waiting for it.
	promise.catch(() => {});
	return { waking: false, awake: promise, resolve, reject };
}

/** Runs the jobs of one lab one after another; a new job can end the running one first. */
export interface WorkQueue {
	/**
	 * Ends the running job by its signal, waits for it, then runs this one in the background.
	 * @param job its errors go to the log: a job reports its own failures
	 * @returns resolves when the job has ended, or will never begin
	 */
	replace(job: (signal: AbortSignal) => Promise<void>): Promise<void>;
	/** Ends the running job and waits for it. */
	stop(): Promise<void>;
	/** Resolves when nothing runs. */
	idle(): Promise<void>;
}

export function createWorkQueue(log: Logger): WorkQueue {
	let abort = new AbortController();
	let last: Promise<void> = Promise.resolve();
	return {
		replace(job) {
			abort.abort(new AppError("superseded", "Something newer was asked of this lab."));
			const mine = new AbortController();
			abort = mine;
			last = last
				.then(() => (mine.signal.aborted ? undefined : job(mine.signal)))
				.catch((error) => {
					if (!mine.signal.aborted) log.error({ err: error }, "work on a lab ended with an error");
				});
			return last;
		},
		async stop() {
			abort.abort(new AppError("stopping", "The engine is stopping."));
			await last;
		},
		idle: () => last,
	};
}

export function createLabRuntime(log: Logger): LabRuntime {
	return {
		...{ environment: undefined, grader: undefined, objectives: [], checking: null, grading: undefined },
		...{ usedAt: 0, touchedAt: 0, users: 0, asleep: undefined, work: createWorkQueue(log) },
	};
}
