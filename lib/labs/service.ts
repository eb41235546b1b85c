import PQueue from "p-queue";
import { AppError } from "../core/errors.ts";
import type { Lab, Shell, TimelineEvent } from "../protocol/lab.ts";
import type { GradeReport } from "../protocol/report.ts";
import type { ScenarioSummary } from "../protocol/scenario.ts";
import type { ExecOptions, ExecResult, LabEnvironment } from "../providers/provider.ts";
import { createChanges } from "./changes.ts";
import { decisiveCheck } from "./decisive-check.ts";
import { createHousekeeping, type Housekeeping } from "./housekeeping.ts";
import { createLabRuntime, type LabRuntime } from "./lab-runtime.ts";
import { isUsable } from "./lab-state.ts";
import type { LabRecord } from "./lab-store.ts";
import { labView } from "./lab-view.ts";
import { createLifecycle, type LifecycleDeps } from "./lifecycle.ts";
import { type QueueLimits, scenarioOf } from "./plan-turns.ts";
import { createPool, type Pool, type PoolHost } from "./pool.ts";
import { progressOf } from "./progress.ts";
import { createQueue, type Queue } from "./queue.ts";
import { createRest, type Rest, type RestDeps } from "./rest.ts";
import { watchLab } from "./watch.ts";

export interface LabServiceDeps extends Omit<LifecycleDeps, "runtime" | "notify" | "moved">, Pick<RestDeps, "idleRestMs"> {
	shellsOf(labId: string): Shell[];
	/** What the pool may know of the host. */
	host: PoolHost;
	limits: QueueLimits;
	/** The page of a lab, while the web is up. */
	urlOf(labId: string): string | null;
}

/** All that clients can ask of labs. Errors: `lab-not-found`, `lab-state`, and those of the provider and the steps. */
export interface LabService extends Housekeeping, Pick<Rest, "awake" | "noteTerminal"> {
	scenarios(): Promise<ScenarioSummary[]>;
	/** A lab for a person: on its way, or waiting for room. Errors besides: those of {@link Queue.ask}. */
	start(scenario: string, seed?: number, person?: string): Promise<Lab>;
	list(): Promise<Lab[]>;
	get(labId: string): Promise<Lab>;
	/** Runs to its end even if the asker leaves; ends early only with the lab. */
	grade(labId: string): Promise<GradeReport>;
	reset(labId: string): Promise<Lab>;
	stop(labId: string): Promise<Lab>;
	extend(labId: string): Promise<Lab>;
	/** Wakes a lab that rests. */
	wake(labId: string): Promise<Lab>;
	hint(labId: string): Promise<Lab>;
	reveal(labId: string): Promise<Lab>;
	exec(labId: string, command: readonly string[], options: ExecOptions): Promise<ExecResult>;
	timeline(labId: string, after: number): Promise<TimelineEvent[]>;
	watch(labId: string, signal: AbortSignal): AsyncGenerator<Lab, void, void>;
	watchAll(signal: AbortSignal): AsyncGenerator<Lab, void, void>;
	/** The environment of a usable lab, once it is taken up; of one that rests, once it is awake. */
	environmentOf(labId: string): Promise<LabEnvironment | undefined>;
	/** @throws AppError `lab-not-found`, or `lab-state` where it is not ready */
	mustBeUsable(labId: string): Promise<void>;
	/** For the timeline: something happened in a lab's shells. */
	noteShell(labId: string, text: string): Promise<void>;
	/** Makes labs ahead of those who will ask for them. */
	readonly pool: Pool;
	/** Who waits for room. */
	readonly queue: Queue;
}

const extensionMs = 30 * 60_000;

export function createLabService(deps: LabServiceDeps): LabService {
	const { store, catalogue, timeline, clock, log } = deps;
	const changes = createChanges();
	const grants = new PQueue({ concurrency: 1 });
	const runtimes = new Map<string, LabRuntime>();

	function runtime(labId: string): LabRuntime {
		const known = runtimes.get(labId) ?? createLabRuntime(log);
		runtimes.set(labId, known);
		return known;
	}

	const shared = { ...deps, grants, notify: changes.notify, moved: () => queue.wake() };
	const lifecycle = createLifecycle({ ...shared, runtime });
	const pool = createPool({ ...shared, lifecycle });
	const queue = createQueue({ ...shared, lifecycle, pool });
	const rest = createRest({ ...shared, runtime, lifecycle });

	const housekeeping = createHousekeeping({ ...shared, lifecycle, rest, runtimes });

	async function find(labId: string): Promise<LabRecord> {
		const record = await store.get(labId);
		// One of the pool is nobody's yet.
		if (!record || record.pooled)
			throw new AppError("lab-not-found", `There is no lab ${labId}.`, { kind: "not-found", mend: "npx faultline lab list" });
		return record;
	}

	async function view(record: LabRecord): Promise<Lab> {
		return labView({
			record,
			scenario: catalogue.instantiate(record.scenario, record.seed),
			stages: await store.stages(record.id),
			runtime: runtime(record.id),
			shells: deps.shellsOf(record.id),
			url: deps.urlOf(record.id),
			queue: queue.placeOf(record.id),
		});
	}

	const get = async (labId: string) => view(await find(labId));

	/** Of a learner, and still in the catalogue: one that was removed from it must not hide the others. */
	const isShown = (record: LabRecord) => !record.pooled && scenarioOf(record, catalogue) !== undefined;
	const shown = async () => (await store.list()).filter(isShown);

	async function usable(labId: string): Promise<LabRecord> {
		const record = await find(labId);
		if (isUsable(record.state)) return record;
		throw new AppError("lab-state", `Lab ${labId} is ${record.state}; this needs one that is ready.`, {
			kind: "conflict",
			retryable: true,
		});
	}

	async function environmentOf(labId: string): Promise<LabEnvironment | undefined> {
		await runtimes.get(labId)?.asleep?.awake.catch(() => {});
		return runtimes.get(labId)?.environment;
	}

	async function mustReach(labId: string): Promise<LabEnvironment> {
		await usable(labId);
		const environment = await environmentOf(labId);
		if (environment) return environment;
		throw new AppError("lab-not-taken-up", `Lab ${labId} is being taken up after a restart.`, {
			kind: "conflict",
			retryable: true,
			mend: "Try again in a few seconds.",
		});
	}

	function grade(labId: string): Promise<GradeReport> {
		return rest.awake(labId, async () => {
			await mustReach(labId);
			return decisiveCheck(labId, runtime(labId), { store, timeline, clock, notify: changes.notify, lifecycle, find });
		});
	}

	return {
		get,
		grade,
		pool,
		queue,
		watch: (labId, signal) => watchLab(labId, { changes, get, signal }),
		environmentOf,
		async mustBeUsable(labId) {
			await usable(labId);
		},
		async scenarios() {
			// Whoever has solved a variant that is gone has solved the scenario.
			const labs = (await store.list()).filter(({ pooled }) => !pooled);
			return catalogue.list().map(({ seeds: _, ...entry }) => ({ ...entry, ...progressOf(entry.slug, labs) }));
		},
		async start(scenario, seed, person = "owner") {
			const { id, pooled, seed: given } = await queue.ask({ scenario, seed, person });
			if (pooled) {
				await timeline.append(id, "state", "claimed from the pool", { scenario, seed: given });
				// One that is still being made goes on by itself, and finds that it has a learner now.
				if ((await find(id)).state === "frozen") lifecycle.start(id);
				changes.notify(id);
			}
			return get(id);
		},
		list: async () => Promise.all((await shown()).map(view)),
		reset: (labId) =>
			rest.use(labId, async () => {
				const { scenario, seed, person, state } = await find(labId);
				if (state === "failed") await queue.mayHaveOneMore(person);
				// A spare that was moved to swap is granted its memory, as any lab is: nobody else may be given it meanwhile.
				await grants.add(async () => lifecycle.reset(labId, await pool.spares({ scenario, seed })));
				if (state === "failed") await queue.tend();
				return get(labId);
			}),
		stop: (labId) =>
			rest.use(labId, async () => {
				await lifecycle.retire(labId, "abandon");
				return get(labId);
			}),
		extend: (labId) =>
			rest.awake(labId, async () => {
				const { expiresAt } = await usable(labId);
				await store.update(labId, { expiresAt: Math.max(expiresAt ?? 0, clock.now()) + extensionMs });
				await timeline.append(labId, "note", "extended by 30 minutes");
				changes.notify(labId);
				return get(labId);
			}),
		wake: (labId) => rest.awake(labId, () => get(labId)),
		awake: rest.awake,
		noteTerminal: rest.noteTerminal,
		hint: (labId) =>
			rest.use(labId, async () => {
				const record = await find(labId);
				const { hints } = catalogue.instantiate(record.scenario, record.seed);
				const shown = Math.min(record.hintsShown + 1, hints.length);
				await store.update(labId, { hintsShown: shown });
				if (shown > record.hintsShown) await timeline.append(labId, "hint", hints[shown - 1]?.title ?? "", { tier: shown });
				changes.notify(labId);
				return get(labId);
			}),
		reveal: (labId) =>
			rest.use(labId, async () => {
				const { solvedAt } = await find(labId);
				if (solvedAt !== null) return get(labId);
				await store.update(labId, { revealed: true });
				await timeline.append(labId, "note", "gave up and read the debrief");
				changes.notify(labId);
				return get(labId);
			}),
		exec: (labId, command, options) => rest.awake(labId, async () => (await mustReach(labId)).exec(command, options)),
		async timeline(labId, after) {
			await find(labId);
			return timeline.after(labId, after);
		},
		async *watchAll(signal) {
			const changed = changes.follow(signal);
			let next = changed.next();
			for (const record of await shown()) yield await view(record);
			for (;;) {
				const { value, done } = await next;
				if (done) return;
				next = changed.next();
				const record = await store.get(value);
				if (record && isShown(record)) yield await view(record);
			}
		},
		async noteShell(labId, text) {
			await timeline.append(labId, "shell", text);
			changes.notify(labId);
		},
		...housekeeping,
	};
}
