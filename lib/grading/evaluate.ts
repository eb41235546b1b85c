import type { Clock } from "../core/clock.ts";
import { newId } from "../core/ids.ts";
import type { ObjectiveResult } from "../protocol/report.ts";
import type { LabEnvironment } from "../providers/provider.ts";
import type { Check, Vantage } from "../scenarios/check-schema.ts";
import type { ScenarioInstance } from "../scenarios/instance.ts";
import { findObject, type KubeObject } from "../scenarios/manifests.ts";
import { converse, dialogueOf } from "./checks/dialogue.ts";
import type { CheckContext } from "./checks/judgement.ts";
import type { ClusterView, Workload } from "./cluster-view.ts";

/** Asks every objective once, all at the same time, on one view of the cluster. */
export async function evaluateObjectives(options: {
	environment: Pick<LabEnvironment, "probe">;
	scenario: ScenarioInstance;
	view: ClusterView;
	clock: Clock;
	/** Samples of a check at most; live checks tread lightly. */
	maxSamples?: number;
	/** A probe waits at most so long, whatever the scenario allows. */
	mostPatienceMs?: number;
	/** Whether a deny is watched over its hold window, which takes seconds. */
	holds?: boolean;
	signal: AbortSignal;
}): Promise<ObjectiveResult[]> {
	const { environment, scenario, view, clock, maxSamples = 60, mostPatienceMs = Number.POSITIVE_INFINITY, holds = true, signal } = options;
	const run = newId();
	let count = 0;
	const context: CheckContext = {
		...{ view, maxSamples, holds, namespace: scenario.namespace, now: clock.now() },
		workload: (reference) => workloadOf(scenario, reference),
		nonce: () => `${run}-${++count}`,
	};
	const dialogues = scenario.objectives.map((objective) => dialogueOf(objective.check, context));
	const judgements = await converse(
		dialogues,
		(probes) =>
			environment.probe(
				probes.map((probe) => ({ ...probe, timeoutMs: Math.min(probe.timeoutMs, mostPatienceMs) })),
				signal,
			),
		(ms) => clock.sleep(ms, signal),
	);
	return scenario.objectives.map(({ id, title, points }, index) => {
		const judgement = judgements[index];
		if (!judgement) throw new Error(`objective ${id} was not judged`);
		return { id, title, ...judgement, points: judgement.verdict === "pass" ? points : 0, maxPoints: points };
	});
}

/** The baseline's Deployment that a check speaks of; lint has made sure that it exists. */
export function workloadOf(scenario: ScenarioInstance, reference: { deployment: string; namespace?: string }): Workload {
	const namespace = reference.namespace ?? scenario.namespace;
	const object = findObject(scenario.baselineObjects, `deployment/${reference.deployment}`, namespace);
	const template = (object as (KubeObject & { spec?: { template?: { spec?: { containers?: Workload["containers"] } } } }) | undefined)?.spec
		?.template;
	return { namespace, name: reference.deployment, containers: template?.spec?.containers ?? [] };
}

/** Namespaces whose objects the grader reads: those of the baseline. */
export function namespacesOf(scenario: ScenarioInstance): string[] {
	const named = scenario.baselineObjects.map(({ object }) => object.metadata.namespace).filter((namespace) => namespace !== undefined);
	return [...new Set([scenario.namespace, ...named])];
}

function sourcesOf(check: Check): Vantage[] {
	if (check.type === "object") return [];
	return check.type === "matrix" ? Object.values(check.sources) : [check.from];
}

/** Deployments that serve an objective: clients and backends alike, each once. */
export function workloadsBehind(scenario: ScenarioInstance): Workload[] {
	const references = scenario.objectives.flatMap(({ check }) => [
		...sourcesOf(check).filter((from) => typeof from === "object" && "deployment" in from),
		...("backend" in check ? [check.backend] : []),
		...(check.type === "http" ? (check.backends ?? []) : []),
	]);
	const workloads = new Map(
		references.map((reference) => {
			const workload = workloadOf(scenario, reference);
			return [`${workload.namespace}/${workload.name}`, workload] as const;
		}),
	);
	return [...workloads.values()];
}
