import { AppError } from "../core/errors.ts";
import { newId } from "../core/ids.ts";
import type { LabState } from "../protocol/lab.ts";
import type { LabEnvironment, LabProvider } from "../providers/provider.ts";
import { bringUp, failureOf, type Reprove, type ScenarioSteps } from "./bring-up.ts";
import { contentsKey } from "./contents.ts";
import { type FollowDeps, followLab } from "./follow-lab.ts";
import { isWaiting } from "./host-use.ts";
import { canHappen, isOver, isStarting, isUsable, type LabEvent, nextState } from "./lab-state.ts";
import type { LabRecord, LabStore } from "./lab-store.ts";
import { createRemoval, type Removal } from "./removal.ts";
import { createResting, type Resting } from "./resting.ts";
import { createStageLog, type StageLog } from "./stage-log.ts";
import { createTiers, type Tiers } from "./tiers.ts";
import { untilDone } from "./until-done.ts";
import { versionOf } from "./version.ts";

export interface LifecycleDeps extends FollowDeps {
	provider(): Promise<LabProvider>;
	steps: ScenarioSteps;
	/** As the step `proveFault`, of a lab that was proven before it was frozen: quickly. */
	reproveFault: Reprove;
	/** Opens the first shell of a lab; nothing where it has one. */
	openShell(labId: string): void;
	/** Ends every shell of a lab. */
	endShells(labId: string): void;
	/** Called when a lab's state has changed or its parts are gone: there may be room. */
	moved(): void;
}

/** What happens to one lab over its life; each call returns when the state has changed, the long part runs behind. */
export interface Lifecycle extends Tiers, Pick<Resting, "rest" | "wake">, Omit<Removal, "forget" | "removeParts" | "removeReplaced"> {
	/** Brings a lab to its learner, or into the pool, from whatever state it is in on the way there. */
	start(labId: string): void;
	/**
	 * Gives a waiting lab its turn, and brings it to its learner.
	 * @param spare the lab of the pool that takes its place; without one it is made
	 * @returns false where it waits no longer, or the spare is gone
	 */
	admit(labId: string, spare: LabRecord | undefined): Promise<boolean>;
	/** Takes up a usable lab after the engine has started. */
	resume(labId: string): void;
	/**
	 * Brings the lab up anew, same scenario and seed, and removes what was there.
	 * @param spares labs of the pool that are the same, best first: the first still there takes the lab's place
	 */
	reset(labId: string, spares: readonly LabRecord[]): Promise<void>;
	/** Ends the lab and removes its parts. */
	retire(labId: string, event: "abandon" | "expire"): Promise<void>;
	/** Takes a lab out of the pool and removes its parts; nothing where a learner was given it meanwhile. */
	discard(labId: string): Promise<void>;
	/** The one way in which a lab's state changes. */
	move(labId: string, event: LabEvent, change?: Parameters<LabStore["transition"]>[3]): Promise<LabState>;
}

// How long a lab lasts before it is taken back: three times its stated minutes, at least an hour.
const shortestLifeMs = 60 * 60_000;
const lifePerMinuteMs = 3 * 60_000;

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
			deps.moved();
			return to;
		}
	};

	const resting = createResting({ ...deps, find, move, takeUp, lose });
	const { forget, removeParts, removeReplaced, ...removals } = createRemoval({ ...deps, find, move });
	const { finishRemoval } = removals;

	/**
	 * The whole way to the learner or into the pool, as one job of the lab's queue.
	 * @param onFree called when the learner has the lab, or waits for one that is made: what they had before may go
	 */
	async function bring(labId: string, signal: AbortSignal, onFree = () => {}): Promise<void> {
		const stage = createStageLog(labId, deps);
		try {
			for (;;) {
				const record = await find(labId);
				signal.throwIfAborted();
				// Whoever has admitted it starts it.
				if (isWaiting(record)) return;
				// Another start has brought it there meanwhile.
				if (isUsable(record.state)) return await takeUp(labId, signal);
				// Ended or reset while this waited for its turn, or at rest in the pool.
				if (!isStarting(record.state) && (record.state !== "frozen" || record.pooled)) return;
				// One that is proven may have been frozen since: its engine ended before it said so, or it is made warm again.
				const woken = record.state === "frozen" || record.state === "faulted" ? await wake(record, stage, signal) : undefined;
				if (!woken) onFree();
				const environment = woken ?? (await build(labId, stage, signal));
				await stage.end();
				// A learner may be given it at any moment: the next round finds out, and wakes it.
				if ((await find(labId)).pooled) {
					await rest(labId, environment);
					continue;
				}
				if (!woken || record.pooled) openShell(labId, environment);
				return await hand(labId, environment, signal, onFree);
			}
		} catch (error) {
			await stage.end();
			if (!signal.aborted) await fail(labId, error, stage.current());
		}
	}

	/** Makes the lab, or goes on making it, up to the proven fault. */
	async function build(labId: string, stage: StageLog, signal: AbortSignal): Promise<LabEnvironment> {
		const record = await find(labId);
		const provider = await deps.provider();
		const scenario = catalogue.instantiate(record.scenario, record.seed);
		const contents = contentsKey(scenario, versionOf(catalogue, record.scenario, provider.madeOf));
		return bringUp({
			...{ record, scenario, provider, contents, signal, log, onStage: stage.begin },
			...{ steps: deps.steps, reproveFault: deps.reproveFault },
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
			if (!record.pooled) openShell(record.id, environment);
			await deps.reproveFault(environment, scenario, { signal, onStep: stage.begin });
			return environment;
		} catch (error) {
			signal.throwIfAborted();
			log.warn({ err: error, lab: record.id }, "a lab of the pool did not wake as it was; it is made anew");
			forget(record.id);
			await move(record.id, "reset", { environmentId: newId() });
			removeReplaced(record, Promise.resolve());
			return undefined;
		}
	}

	function openShell(labId: string, environment: LabEnvironment): void {
		deps.runtime(labId).environment = environment;
		deps.openShell(labId);
	}

	/** Freezes a proven lab. */
	async function rest(labId: string, environment: LabEnvironment): Promise<void> {
		await environment.freeze();
		await move(labId, "freeze");
	}

	/** Gives a proven lab to its learner and follows it. */
	async function hand(labId: string, environment: LabEnvironment, signal: AbortSignal, onFree: () => void): Promise<void> {
		const { readyAt, scenario, seed } = await find(labId);
		const now = clock.now();
		const lifeMs = Math.max(shortestLifeMs, catalogue.instantiate(scenario, seed).minutes * lifePerMinuteMs);
		signal.throwIfAborted();
		await move(labId, "claim", { readyAt: readyAt ?? now, expiresAt: now + lifeMs });
		onFree();
		await followLab(labId, environment, signal, deps);
	}

	/** Follows a usable lab that an earlier engine, or an earlier start, has left. */
	async function takeUp(labId: string, signal: AbortSignal): Promise<void> {
		const environment = await untilDone({ ...deps, labId, what: "a lab could not be taken up", signal }, async () => {
			const found = await (await deps.provider()).adopt((await find(labId)).environmentId);
			await found?.thaw();
			return found;
		});
		if (!environment) return lose(labId);
		await resting.endRest(await find(labId));
		await followLab(labId, environment, signal, deps);
	}

	function lose(labId: string): Promise<void> {
		const gone = new AppError("lab-lost", "Parts of this lab are gone from the host: it was restarted, or they were removed by hand.");
		return fail(labId, gone, "Taking the lab up again");
	}

	async function fail(labId: string, error: unknown, step: string): Promise<void> {
		log.error({ err: error, lab: labId, step }, "a lab failed");
		// A reset can come from now on, and gives the lab another environment.
		const { state, environmentId } = await find(labId);
		if (!canHappen(state, "fail")) return;
		await move(labId, "fail", { failure: failureOf(error, step) });
		removeParts({ id: labId, environmentId });
	}

	return {
		move,
		start: (labId) => void deps.runtime(labId).work.replace((signal) => bring(labId, signal)),
		async admit(labId, spare) {
			const lab = await find(labId);
			// What nobody has named is settled now, for all resets that come.
			const turn = { admittedAt: clock.now(), anySeed: false, seed: spare?.seed ?? lab.seed };
			if (!isWaiting(lab)) return false;
			const taken = spare && (await takeFirst(lab, [spare], turn));
			if (spare ? !taken : !(await store.transition(labId, lab.state, lab.state, turn))) return false;
			await timeline.append(labId, "note", "its turn has come", { seed: turn.seed });
			deps.notify(labId);
			void deps.runtime(labId).work.replace(async (signal) => {
				await taken?.atRest;
				await bring(labId, signal);
			});
			return true;
		},
		resume: (labId) => void deps.runtime(labId).work.replace((signal) => takeUp(labId, signal)),
		// Hints seen and the time used stay counted: a reset is no second first try.
		async reset(labId, spares) {
			const before = await find(labId);
			const fresh = { expiresAt: null, solvedAt: null, restingSince: null, failure: null, report: null };
			// Nothing is left of one that has failed: it waits for its turn again.
			const again = before.state === "failed" ? { ...fresh, admittedAt: null } : fresh;
			const canBeReplaced = canHappen(before.state, "reset") && canHappen(before.state, "replace");
			const taken = canBeReplaced ? await takeFirst(before, spares, fresh) : undefined;
			// Another environment than before: the end of that one is nothing that the learner waits for.
			if (!taken) await move(labId, "reset", { ...again, environmentId: newId() });
			forget(labId);
			// Its turn may come before the job below does.
			if (before.state === "failed") await store.clearStages(labId);
			const free = Promise.withResolvers<void>();
			const ended = deps.runtime(labId).work.replace(async (signal) => {
				forget(labId);
				await store.clearStages(labId);
				deps.notify(labId);
				await taken?.atRest;
				await bring(labId, signal, free.resolve);
			});
			// Whatever becomes of the job: no record names it any more.
			removeReplaced(before, Promise.race([free.promise, ended]));
		},
		async retire(labId, event) {
			const { state } = await find(labId);
			if (!isOver(state)) await move(labId, event, { endedAt: clock.now() });
			// Asked again while it is on its way out: the last try to remove it may have failed.
			if (state !== "destroyed") finishRemoval(labId);
		},
		async discard(labId) {
			const isOut = (lab: LabRecord | undefined) => lab?.pooled === true && isOver(lab.state);
			// Asked again while it is on its way out: the last try to remove it may have failed.
			if ((await store.discard(labId)) || isOut(await store.get(labId))) finishRemoval(labId);
		},
		...createTiers({ ...deps, find, move, bring }),
		rest: resting.rest,
		wake: resting.wake,
		...removals,
	};

	/** Puts the first spare that is still there in the lab's place, which may wake once it is at rest; undefined where none is. */
	async function takeFirst(lab: LabRecord, spares: readonly LabRecord[], change: Partial<LabRecord>) {
		for (const spare of spares) {
			if (!(await store.replace(lab.id, lab.state, spare, { anySeed: false, ...change }))) continue;
			// On its way to swap it would be moved there while its learner's lab wakes: that is ended first.
			const atRest = deps.runtime(spare.id).work.replace(async () => {});
			await timeline.append(lab.id, "state", nextState(lab.state, "replace"));
			return { atRest };
		}
		return undefined;
	}
}
