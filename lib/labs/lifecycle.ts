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
import { createStageLog, type StageLog } from "./stage-log.ts";

export interface LifecycleDeps {
	provider(): Promise<LabProvider>;
	catalogue: Catalogue;
	store: LabStore;
	timeline: Timeline;
	clock: Clock;
	log: Logger;
	createGrader: CreateGrader;
	steps: ScenarioSteps;
	/** As the step `proveFault`, of a lab that was proven before it was frozen: quickly. */
	reproveFault: ScenarioSteps["proveFault"];
	/** Opens the first shell of a lab that has become ready. */
	openShell(labId: string): void;
	/** Ends every shell of a lab. */
	endShells(labId: string): void;
	runtime(labId: string): LabRuntime;
	notify(labId: string): void;
}

/** What happens to one lab over its life; each call returns when the state has changed, the long part runs behind. */
export interface Lifecycle {
	/** Brings a lab to its learner, or into the pool, from whatever state it is in on the way there. */
	start(labId: string): void;
	/** Takes up a usable lab after the engine has started. */
	resume(labId: string): void;
	/**
	 * Brings the lab up anew, same scenario and seed, and removes what was there.
	 * @param spares labs of the pool that are the same, best first: the first still there takes the lab's place
	 */
	reset(labId: string, spares: readonly LabRecord[]): Promise<void>;
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

	/** The whole way to the learner or into the pool, as one job of the lab's queue. */
	async function bring(labId: string, signal: AbortSignal): Promise<void> {
		const record = await find(labId);
		// Ended or reset while this waited for its turn, or at rest in the pool.
		if (!isStarting(record.state) && (record.state !== "frozen" || record.pooled)) return;
		const stage = createStageLog(labId, deps);
		try {
			const woken = record.state === "frozen" ? await wake(record, stage, signal) : undefined;
			const environment = woken ?? (await build(labId, stage, signal));
			await stage.end();
			if ((await find(labId)).pooled && (await rest(labId, environment))) return;
			if (!woken) openShell(labId, environment);
			await hand(labId, environment, signal);
		} catch (error) {
			await stage.end();
			if (!signal.aborted) await fail(labId, error, stage.current());
		}
	}

	/** Makes the lab, or goes on making it, up to the proven fault. */
	async function build(labId: string, stage: StageLog, signal: AbortSignal): Promise<LabEnvironment> {
		const record = await find(labId);
		return bringUp({
			...{ record, scenario: catalogue.instantiate(record.scenario, record.seed), signal, steps: deps.steps, onStage: stage.begin },
			provider: await deps.provider(),
			move: async (event) => void (await move(labId, event)),
			keepFault: (view) => store.keepFault(labId, view),
		});
	}

	/** Thaws a lab of the pool and proves it again; one that is not as it was is given up, and undefined says so. */
	async function wake(record: LabRecord, stage: StageLog, signal: AbortSignal): Promise<LabEnvironment | undefined> {
		const scenario = catalogue.instantiate(record.scenario, record.seed);
		try {
			stage.begin("Waking the lab");
			const environment = await (await deps.provider()).adopt(record.environmentId);
			if (!environment) throw new AppError("lab-lost", "Parts of a lab of the pool are gone from the host.");
			await environment.thaw();
			// Beside the proof: the prompt is there when the lab is shown.
			openShell(record.id, environment);
			await deps.reproveFault(environment, scenario, { signal, onStep: stage.begin });
			return environment;
		} catch (error) {
			signal.throwIfAborted();
			log.warn({ err: error, lab: record.id }, "a lab of the pool did not wake as it was; it is made anew");
			forget(record.id);
			await move(record.id, "reset");
			return undefined;
		}
	}

	function openShell(labId: string, environment: LabEnvironment): void {
		deps.runtime(labId).environment = environment;
		deps.openShell(labId);
	}

	/** Freezes a lab that nobody has claimed yet; false where somebody did meanwhile. */
	async function rest(labId: string, environment: LabEnvironment): Promise<boolean> {
		await environment.freeze();
		await move(labId, "freeze");
		await store.clearStages(labId);
		if ((await find(labId)).pooled) return true;
		await environment.thaw();
		return false;
	}

	/** Gives a proven lab to its learner and follows it. */
	async function hand(labId: string, environment: LabEnvironment, signal: AbortSignal): Promise<void> {
		const { readyAt, scenario, seed } = await find(labId);
		const now = clock.now();
		const lifeMs = Math.max(shortestLifeMs, catalogue.instantiate(scenario, seed).minutes * lifePerMinuteMs);
		await move(labId, "claim", { readyAt: readyAt ?? now, expiresAt: now + lifeMs });
		await goLive(labId, environment, signal);
	}

	async function fail(labId: string, error: unknown, step: string): Promise<void> {
		log.error({ err: error, lab: labId, step }, "a lab failed");
		if (!canHappen((await find(labId)).state, "fail")) return;
		await move(labId, "fail", { failure: failureOf(error, step) });
		await removeParts(labId);
	}

	async function removeParts(labId: string): Promise<void> {
		forget(labId);
		await (await deps.provider()).destroy((await find(labId)).environmentId);
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
					const found = await (await deps.provider()).adopt((await find(labId)).environmentId);
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
		async reset(labId, spares) {
			const before = await find(labId);
			const fresh = { expiresAt: null, solvedAt: null, failure: null, report: null };
			const replaced = canHappen(before.state, "replace") && (await takeFirst(before, spares, fresh));
			if (!replaced) await move(labId, "reset", fresh);
			deps.runtime(labId).work.replace(async (signal) => {
				forget(labId);
				await store.clearStages(labId);
				deps.notify(labId);
				if (replaced) void removeReplaced(before);
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

	/** Puts the first spare that is still there in the lab's place; false where none is. */
	async function takeFirst(lab: LabRecord, spares: readonly LabRecord[], change: Partial<LabRecord>): Promise<boolean> {
		for (const spare of spares) {
			if (!(await store.replace(lab.id, lab.state, spare, change))) continue;
			await timeline.append(lab.id, "state", nextState(lab.state, "replace"));
			return true;
		}
		return false;
	}

	/** What a spare has replaced; after a crash it is a stray. */
	async function removeReplaced({ environmentId }: LabRecord): Promise<void> {
		const remove = async () => (await deps.provider()).destroy(environmentId);
		await remove().catch((error) => log.warn({ err: error, lab: environmentId }, "what a reset has replaced could not be removed"));
	}

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
			// Nobody ever saw it.
			if ((await find(labId)).pooled) await store.remove(labId);
		});
	}
}
