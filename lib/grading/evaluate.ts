import type { Clock } from "../core/clock.ts";
import { newId } from "../core/ids.ts";
import type { ObjectiveResult } from "../protocol/report.ts";
import type { LabEnvironment } from "../providers/provider.ts";
import type { Check } from "../scenarios/check-schema.ts";
import type { ScenarioInstance } from "../scenarios/instance.ts";
import type { Objective } from "../scenarios/schema.ts";
import { converse, dialogueOf } from "./checks/dialogue.ts";
import type { CheckContext, Judgement } from "./checks/judgement.ts";
import type { ClusterView } from "./cluster-view.ts";
import { pathKey } from "./sampling/path-key.ts";
import { type Chance, chanceOfRound } from "./sampling/spending.ts";
import { waitsFor } from "./waits-for.ts";
import { workloadOf } from "./workload-reference.ts";

/** Samples a second at most, of all sampled checks of a lab together; docs/sampling.md says what harm that can do. */
export const mostPerSecond = 50;
/** A test that a change of the system has overtaken is begun anew so often; then it stays unproven. */
const mostRestarts = 3;

/** How checks are asked. */
export interface Manner {
	/** Samples of a check at most, of a sampled one in one batch; live checks tread lightly. */
	maxSamples: number;
	/** A probe waits at most so long, whatever the scenario allows. */
	mostPatienceMs: number;
	/** Whether a deny is watched over its hold window, which takes seconds. */
	holds: boolean;
	live: boolean;
	/** Samples a second at most, of all sampled checks together. */
	perSecond: number;
	/** What sampled checks may risk. */
	chance: Chance;
}

export interface Asking {
	environment: Pick<LabEnvironment, "probe">;
	scenario: ScenarioInstance;
	view: ClusterView;
	/** The cluster as the fault left it: what stands behind references that are not of the baseline. Left out: the view. */
	before?: ClusterView | undefined;
	clock: Clock;
	manner?: Partial<Manner>;
	/** Called with what a slow check can say before it is decided. */
	onProgress?(result: ObjectiveResult): void;
	signal: AbortSignal;
}

/**
 * Asks every objective once, all at the same time and each at its own pace.
 * @param options.read the present state, so that a sampled verdict is of one system: where a change on the path overtook
 *   the samples they are drawn anew; left out, the view is taken to last
 * @returns when all are judged, in the scenario's order
 */
export async function evaluateObjectives(options: Asking & { read?(): Promise<ClusterView> }): Promise<ObjectiveResult[]> {
	// One chance for all restarts of this call: each test takes its own share of the risks.
	const chance = options.manner?.chance ?? chanceOfRound({ check: 1, rounds: 1 });
	const asking = { ...options, manner: { ...options.manner, chance } };
	return Promise.all(options.scenario.objectives.map((objective) => judgeSteadily(objective, asking)));
}

/** Judges until the path stayed as it was while it was sampled. */
async function judgeSteadily(objective: Objective, asking: Asking & { read?(): Promise<ClusterView> }): Promise<ObjectiveResult> {
	let { view } = asking;
	for (let restarts = 0; ; restarts++) {
		const result = await judgeObjective(objective, { ...asking, view });
		if (!asking.read || !isSampled(objective.check) || result.verdict === "error") return result;
		const now = await asking.read();
		if (pathKey(now) === pathKey(view)) return result;
		if (restarts === mostRestarts) {
			const message = `${objective.title}: objects on the way kept changing while it was sampled. Last: ${result.message}`;
			return { ...result, verdict: "unproven", points: 0, message };
		}
		view = now;
	}
}

/** Asks one objective once on one view of the cluster; a sampled one until its test decides. */
export async function judgeObjective(objective: Objective, asking: Asking): Promise<ObjectiveResult> {
	const { environment, scenario, view, before = view, clock, manner = {}, onProgress, signal } = asking;
	const { maxSamples = 60, mostPatienceMs = Number.POSITIVE_INFINITY, holds = true, live = false, perSecond = mostPerSecond } = manner;
	const { chance = chanceOfRound({ check: 1, rounds: 1 }) } = manner;
	const sharers = scenario.objectives.filter(({ check }) => isSampled(check)).length;
	const run = newId();
	let count = 0;
	const context: CheckContext = {
		...{ view, maxSamples, holds, live, namespace: scenario.namespace, now: clock.now(), perSecond: perSecond / Math.max(1, sharers) },
		risks: (stated) => chance.next(objective.id, stated),
		workload: (reference) => workloadOf(scenario, reference, before),
		nonce: () => `${run}-${++count}`,
	};
	const { id, title, points } = objective;
	const resultOf = (judgement: Judgement): ObjectiveResult => {
		const waiting = judgement.verdict === "pass" ? undefined : waitsFor(id, { scenario, view, now: clock.now() });
		const earned = judgement.verdict === "pass" ? points : 0;
		return { id, title, ...judgement, points: earned, maxPoints: points, ...(waiting ? { waitsFor: waiting } : {}) };
	};
	const judgement = await converse(dialogueOf(objective.check, context), {
		send: (probes) =>
			environment.probe(
				probes.map((probe) => ({ ...probe, timeoutMs: Math.min(probe.timeoutMs, mostPatienceMs) })),
				signal,
			),
		wait: (ms) => clock.sleep(ms, signal),
		now: () => clock.now(),
		onProgress: (soFar) => onProgress?.(resultOf(soFar)),
	});
	return resultOf(judgement);
}

/** Whether a check is judged by a sequential test. */
export function isSampled(check: Check): boolean {
	return "sampling" in check && check.sampling !== undefined;
}

/** Namespaces whose objects the grader reads: those of the baseline. */
export function namespacesOf(scenario: ScenarioInstance): string[] {
	const named = scenario.baselineObjects.map(({ object }) => object.metadata.namespace).filter((namespace) => namespace !== undefined);
	return [...new Set([scenario.namespace, ...named])];
}
