import type { Clock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import type { Logger } from "../core/log.ts";
import type { CreateGrader } from "../grading/grade.ts";
import type { LabState } from "../protocol/lab.ts";
import type { ObjectiveResult } from "../protocol/report.ts";
import type { LabEnvironment, LabProvider } from "../providers/provider.ts";
import type { Catalogue } from "../scenarios/catalogue.ts";
import type { Timeline } from "../timeline/timeline.ts";
import { bringUp, failureOf, type ScenarioSteps } from "./bring-up.ts";
import type { LabRuntime } from "./lab-runtime.ts";
import { canHappen, isOver, isStarting, type LabEvent, nextState } from "./lab-state.ts";
import type { LabRecord, LabStore } from "./lab-store.ts";

export interface LifecycleDeps {
	provider(): Promise<LabProvider>;
	catalogue: Catalogue;
	store: LabStore;
	timeline: Timeline;
	clock: Clock;
	log: Logger;
	createGrader: CreateGrader;
	steps: ScenarioSteps;
	/** Opens the first shell of a lab that has become ready. */
	openShell(labId: string): void;
	/** Ends every shell of a lab. */
	endShells(labId: string): void;
	runtime(labId: string): LabRuntime;
	notify(labId: string): void;
}

/** What happens to one lab over its life; each call returns when the state has changed, the long part runs behind. */
export interface Lifecycle {
	/** Brings a lab to the learner, from whatever state it is in on the way there. */
	start(labId: string): void;
	/** Takes up a usable lab after the engine has started. */
	resume(labId: string): void;
	/** Destroys what is there and brings the lab up anew, same scenario and seed. */
	reset(labId: string): Promise<void>;
	/** Ends the lab and removes its parts. */
	retire(labId: string, event: "abandon" | "expire"): Promise<void>;
	/** Finishes a removal that a crash has cut short, or removes leftovers of a lab that failed. */
	finishRemoval(labId: string): void;
	/** The one way in which a lab's state changes. */
	move(labId: string, event: LabEvent, change?: Parameters<LabStore["transition"]>[3]): Promise<LabState>;
}

// How long a lab lasts before it is taken back: three times its stated minutes, at least an hour.
const shortestLifeMs = 60 * 60_000;
const lifePerMinuteMs = 3 * 60_000;
// After a failure of the live checks themselves, or of Docker: as when a host is busy for a moment.
const retryMs = 2_000;
/** A lab that can't be removed keeps its state; asking again to end it tries again. */
const removalTries = 3;

export function createLifecycle(deps: LifecycleDeps): Lifecycle {
	const { store, clock, timeline, catalogue, log } = deps;

	async function find(labId: string): Promise<LabRecord> {
		const record = await store.get(labId);
		if (!record) throw new AppError("lab-not-found", `There is no lab ${labId}.`, { kind: "not-found", mend: "npx faultline lab list" });
		return record;
	}

	const move: Lifecycle["move"] = async (labId, event, change) => {
		for (;;) {
			const { state } = await find(labId);
			const to = nextState(state, event);
			// Another change may come between reading and writing: then the event is judged anew.
			if (!(await store.transition(labId, state, to, change))) continue;
			await timeline.append(labId, "state", to);
			deps.notify(labId);
			return to;
		}
	};

	/** The whole way to the learner, as one job of the lab's queue. */
	async function bring(labId: string, signal: AbortSignal): Promise<void> {
		const record = await find(labId);
		// Ended or reset while this waited for its turn.
		if (!isStarting(record.state)) return;
		const stage = createStages(labId);
		try {
			const scenario = catalogue.instantiate(record.scenario, record.seed);
			const environment = await bringUp({
				...{ record, scenario, signal, steps: deps.steps, onStage: stage.begin },
				provider: await deps.provider(),
				move: async (event) => void (await move(labId, event)),
				keepFault: (view) => store.keepFault(labId, view),
			});
			await stage.end();
			const now = clock.now();
			const lifeMs = Math.max(shortestLifeMs, scenario.minutes * lifePerMinuteMs);
			await move(labId, "claim", { readyAt: record.readyAt ?? now, expiresAt: now + lifeMs });
			deps.openShell(labId);
			await goLive(labId, environment, signal);
		} catch (error) {
			await stage.end();
			if (!signal.aborted) await fail(labId, error, stage.current());
		}
	}

	/** Stages are written one after another, so that a quick pair keeps its order. */
	function createStages(labId: string) {
		let name = "Getting ready";
		let last: Promise<unknown> = Promise.resolve();
		return {
			begin(next: string) {
				name = next;
				const at = clock.now();
				last = last.then(async () => {
					await store.beginStage(labId, next, at);
					await timeline.append(labId, "stage", next);
					deps.notify(labId);
				});
			},
			current: () => name,
			async end() {
				await last;
				await store.endStages(labId, clock.now());
				deps.notify(labId);
			},
		};
	}

	async function fail(labId: string, error: unknown, step: string): Promise<void> {
		log.error({ err: error, lab: labId, step }, "a lab failed");
		if (!canHappen((await find(labId)).state, "fail")) return;
		await move(labId, "fail", { failure: failureOf(error, step) });
		await removeParts(labId);
	}

	async function removeParts(labId: string): Promise<void> {
		forget(labId);
		await (await deps.provider()).destroy(labId);
	}

	/** Drops what is in memory of a lab that is going away. */
	function forget(labId: string): void {
		const runtime = deps.runtime(labId);
		runtime.grading?.abort(new AppError("lab-over", "The lab was ended during the check.", { kind: "conflict" }));
		Object.assign(runtime, { environment: undefined, grader: undefined, objectives: [], checking: null });
		deps.endShells(labId);
	}

	/** Follows a usable lab with live checks until the signal ends it. */
	async function goLive(labId: string, environment: LabEnvironment, signal: AbortSignal): Promise<void> {
		const record = await find(labId);
		const scenario = catalogue.instantiate(record.scenario, record.seed);
		const runtime = deps.runtime(labId);
		const grader = deps.createGrader({ environment, scenario, before: await store.faultOf(labId), clock, log });
		Object.assign(runtime, { environment, grader });
		deps.notify(labId);
		while (!signal.aborted) {
			try {
				await grader.live((results) => void report(labId, results), signal);
			} catch (error) {
				if (signal.aborted) return;
				log.warn({ err: error, lab: labId }, "the live checks ended and are started again");
				await clock.sleep(retryMs, signal).catch(() => {});
			}
		}
	}

	function report(labId: string, results: ObjectiveResult[]): void {
		const runtime = deps.runtime(labId);
		const before = new Map(runtime.objectives.map((objective) => [objective.id, objective.verdict]));
		runtime.objectives = results;
		deps.notify(labId);
		for (const { id, title, verdict, message } of results) {
			if (before.get(id) === verdict) continue;
			const told = timeline.append(labId, "objective", `${title}: ${verdict}`, { id, verdict, message });
			told.catch((error) => log.error({ err: error, lab: labId }, "an event is missing in the timeline"));
		}
	}

	return {
		move,
		start: (labId) => deps.runtime(labId).work.replace((signal) => bring(labId, signal)),
		resume(labId) {
			deps.runtime(labId).work.replace(async (signal) => {
				const environment = await untilDone(labId, "a lab could not be taken up", signal, async () => {
					const found = await (await deps.provider()).adopt(labId);
					await found?.thaw();
					return found;
				});
				if (!environment) {
					const gone = new AppError(
						"lab-lost",
						"Parts of this lab are gone from the host: it was restarted, or they were removed by hand.",
					);
					return fail(labId, gone, "Taking the lab up again");
				}
				await goLive(labId, environment, signal);
			});
		},
		// Hints seen and the time used stay counted: a reset is no second first try.
		async reset(labId) {
			await move(labId, "reset", { expiresAt: null, solvedAt: null, failure: null, report: null });
			deps.runtime(labId).work.replace(async (signal) => {
				forget(labId);
				await store.clearStages(labId);
				deps.notify(labId);
				await bring(labId, signal);
			});
		},
		async retire(labId, event) {
			const { state } = await find(labId);
			if (!isOver(state)) await move(labId, event);
			// Asked again while it is on its way out: the last try to remove it may have failed.
			if (state !== "destroyed") finishRemoval(labId);
		},
		finishRemoval,
	};

	/** Tries again after a pause, until it is done, the tries are used up or the signal ends it. */
	async function untilDone<T>(labId: string, what: string, signal: AbortSignal, act: () => Promise<T>, tries = Number.POSITIVE_INFINITY) {
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

	function finishRemoval(labId: string): void {
		deps.runtime(labId).work.replace(async (signal) => {
			if (canHappen((await find(labId)).state, "destroy")) await move(labId, "destroy");
			await untilDone(labId, "a lab could not be removed", signal, () => removeParts(labId), removalTries);
			if (canHappen((await find(labId)).state, "destroyed")) await move(labId, "destroyed");
		});
	}
}
