import type { ScenarioInstance } from "../scenarios/instance.ts";
import type { ClusterView } from "./cluster-view.ts";
import { rolloutMs } from "./effect-times.ts";
import { pendingEffects } from "./recent-change.ts";
import { controllerOf, inWords, podsOf, type Served } from "./served.ts";
import { servingOf } from "./serving.ts";
import { lackOf } from "./whole.ts";

/**
 * What an objective that does not pass may still wait for, to end "Waiting for …": a rollout with its counts, or a change
 * on its way (design, rule 9). Undefined where nothing was changed so lately that it could still help.
 * @param options.now milliseconds since the epoch
 */
export function waitsFor(objectiveId: string, options: { scenario: ScenarioInstance; view: ClusterView; now: number }): string | undefined {
	const { scenario, now } = options;
	const view = nearby(scenario, options.view);
	const served = servingOf(scenario, view).byObjective.get(objectiveId) ?? [];
	const rolling = served.map((one) => rollout(view, one, now)).find((words) => words !== undefined);
	if (rolling) return rolling;
	// Rollouts are told above, as far as they are recent.
	return pendingEffects({ view, served: [], since: now, now })[0]?.what;
}

/** A rollout whose newest pod is young; one that is stuck is not waited for. */
function rollout(view: ClusterView, served: Served, now: number): string | undefined {
	const lack = lackOf(view, served);
	const newest = Math.max(0, ...podsOf(view, served).map(({ metadata }) => new Date(metadata?.creationTimestamp ?? 0).getTime()));
	if (!lack || lack.hopeless || now - newest > rolloutMs) return undefined;
	if (lack.ready === lack.wanted) return `an old pod of ${inWords(served)} to leave`;
	const containers = controllerOf(view, served)?.spec?.template?.spec?.containers ?? [];
	const periods = containers.flatMap(({ readinessProbe }) => (readinessProbe ? [readinessProbe.periodSeconds ?? 10] : []));
	const asked = periods.length > 0 ? `; readiness is asked every ${Math.max(...periods)} s` : "";
	return `rollout of ${inWords(served)}, ${lack.ready} of ${lack.wanted} pods ready${asked}`;
}

/** Objects of the scenario and of cluster DNS: others do not stand between its users and its workloads. */
function nearby(scenario: ScenarioInstance, view: ClusterView): ClusterView {
	const named = scenario.baselineObjects.map(({ object }) => object.metadata.namespace);
	const namespaces = new Set([scenario.namespace, "kube-system", ...named, ...scenario.access.namespaces]);
	const here = <T extends { metadata?: { namespace?: string } }>(objects: readonly T[]) =>
		objects.filter(({ metadata }) => namespaces.has(metadata?.namespace ?? ""));
	return {
		...view,
		namespaces: view.namespaces.filter(({ metadata }) => namespaces.has(metadata?.name ?? "")),
		...{ pods: here(view.pods), services: here(view.services), endpointSlices: here(view.endpointSlices) },
		...{ configMaps: here(view.configMaps), networkPolicies: here(view.networkPolicies), ingresses: here(view.ingresses) },
	};
}
