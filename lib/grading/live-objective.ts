import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/log.ts";
import type { ObjectiveResult } from "../protocol/report.ts";
import type { LabEnvironment } from "../providers/provider.ts";
import type { ScenarioInstance } from "../scenarios/instance.ts";
import type { Objective } from "../scenarios/schema.ts";
import type { ClusterView } from "./cluster-view.ts";
import { isSampled, judgeObjective, type Manner } from "./evaluate.ts";
import type { LiveView } from "./live-view.ts";
import { pathKey } from "./sampling/path-key.ts";
import { freeChance } from "./sampling/spending.ts";

/** Between two rounds of light probing; with a watch in front, a fix shows well within 2 s. */
const pauseMs = 700;
/** A burst of watch events, gathered. */
const gatherMs = 80;
/** Of a deterministic check in one round. */
const lightly = 2;
/** A probe that waits longer would keep a fix from showing; the decisive check has the scenario's own patience. */
const patienceMs = 950;
/** A round that a change has made stale is begun anew, but not for ever. */
const mostRestarts = 3;
const afterErrorMs = 3000;
/** Samples a second of all sampled checks together: while one is undecided, and to notice that a decided one has turned. */
export const eagerPerSecond = 10;
const idlePerSecond = 2;
/** Samples of one batch: at the eager rate, progress shows twice a second. */
const batch = 5;

export interface Following {
	environment: Pick<LabEnvironment, "probe">;
	scenario: ScenarioInstance;
	/** The cluster as the fault left it. */
	before: ClusterView | undefined;
	view: LiveView;
	clock: Clock;
	log: Logger;
	signal: AbortSignal;
	/** Called with every new result; of a sampled objective also with what can be said before the decision. */
	tell(result: ObjectiveResult): void;
}

/** Follows one objective until the signal, at its own pace. Touches nothing, and spends no risk: it decides nothing. */
export async function followObjective(objective: Objective, following: Following): Promise<void> {
	const { clock, log, signal } = following;
	let asked = false;
	const tell = (result: ObjectiveResult) => {
		asked = true;
		following.tell(result);
	};
	const round = (isSampled(objective.check) ? sampledRound : plainRound)(objective, { ...following, tell });
	while (!signal.aborted) {
		try {
			await round();
		} catch (error) {
			if (signal.aborted) return;
			// The cluster may be starting, frozen or on its way out: live verdicts wait, they accuse nobody.
			log.warn({ err: error, objective: objective.id }, "a live check could not be made; trying again");
			if (!asked) following.tell(notAsked(objective));
			await clock.sleep(afterErrorMs, signal).catch(() => {});
		}
	}
}

function notAsked({ id, title, points }: Objective): ObjectiveResult {
	return {
		id,
		title,
		verdict: "error",
		points: 0,
		maxPoints: points,
		message: "It could not be asked; Faultline tries again.",
		evidence: [],
	};
}

function ask(objective: Objective, following: Following, manner: Partial<Manner>, asking: { view: ClusterView; signal: AbortSignal }) {
	const { environment, scenario, before, clock } = following;
	const light: Partial<Manner> = { holds: false, live: true, mostPatienceMs: patienceMs, chance: freeChance, ...manner };
	return (onProgress?: (result: ObjectiveResult) => void) =>
		judgeObjective(objective, { environment, scenario, before, clock, manner: light, ...asking, ...(onProgress ? { onProgress } : {}) });
}

/** A round of samples, begun anew when anything changes meanwhile; then a pause, which a change ends. */
function plainRound(objective: Objective, following: Following): () => Promise<void> {
	const { view, clock, signal, tell } = following;
	let restarts = 0;
	return async () => {
		const known = view.current();
		const startedAt = clock.now();
		const changed = new AbortController();
		const unsubscribe = view.subscribe(() => changed.abort());
		const untilChange = AbortSignal.any([signal, changed.signal]);
		try {
			if (known) {
				const overtaken = restarts < mostRestarts ? untilChange : signal;
				const result = await unlessAborted(
					overtaken,
					ask(objective, following, { maxSamples: lightly }, { view: known, signal: overtaken }),
				);
				signal.throwIfAborted();
				restarts = result ? 0 : restarts + 1;
				if (result) tell(result);
			}
			await clock.sleep(gatherMs, signal);
			// A round that waited for silence was its own pause.
			const leftMs = startedAt + pauseMs - clock.now();
			if (leftMs > 0) await clock.sleep(leftMs, untilChange).catch(() => {});
		} finally {
			unsubscribe();
		}
	};
}

/**
 * One sequential test to its decision. A change on the path begins a new one; any other change does not disturb it.
 * While the path stays the same the last decision stands until a later test decides otherwise; but a failure that was seen
 * while a change was on its way to the nodes gives way to the first samples that are as expected.
 */
function sampledRound(objective: Objective, following: Following): () => Promise<void> {
	const { view, clock, signal, tell } = following;
	let decided: { key: string; result: ObjectiveResult } | undefined;
	return async () => {
		const known = view.current();
		const key = known ? pathKey(known) : "";
		if (decided && decided.key !== key) decided = undefined;
		const standing = decided?.result;
		const moved = new AbortController();
		const unsubscribe = view.subscribe(() => {
			const now = view.current();
			if (!known || (now && pathKey(now) !== key)) moved.abort();
		});
		const unlessMoved = AbortSignal.any([signal, moved.signal]);
		try {
			if (known) {
				const early = standing?.waitsFor !== undefined;
				const manner = { maxSamples: batch, perSecond: standing && !early ? idlePerSecond : eagerPerSecond };
				const test = ask(objective, following, manner, { view: known, signal: unlessMoved });
				const result = await unlessAborted(unlessMoved, () =>
					test((soFar) =>
						tell(standing && !(early && isPromising(soFar)) ? { ...standing, evidence: withStripsOf(standing, soFar) } : soFar),
					),
				);
				signal.throwIfAborted();
				if (result && result.verdict !== "error") decided = { key, result };
				if (result) tell(result);
			}
			await clock.sleep(gatherMs, signal);
			await clock.sleep(pauseMs - gatherMs, unlessMoved).catch(() => {});
		} finally {
			unsubscribe();
		}
	};
}

/** Samples of which none has failed. */
function isPromising({ evidence }: ObjectiveResult): boolean {
	return evidence.length > 0 && evidence.every(({ samples, asExpected }) => samples > 0 && asExpected === samples);
}

/** The standing evidence with the samples of the test that runs. */
function withStripsOf(standing: ObjectiveResult, soFar: ObjectiveResult): ObjectiveResult["evidence"] {
	return standing.evidence.map((entry, index) => ({ ...entry, strip: soFar.evidence[index]?.strip ?? entry.strip }));
}

/** The result, or undefined where the signal came first: the probes that are out end by themselves. */
async function unlessAborted<T>(signal: AbortSignal, run: () => Promise<T>): Promise<T | undefined> {
	try {
		const result = await run();
		return signal.aborted ? undefined : result;
	} catch (error) {
		if (signal.aborted) return undefined;
		throw error;
	}
}
