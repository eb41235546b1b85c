import type { WorkloadRef } from "../scenarios/check-schema.ts";
import type { ScenarioInstance } from "../scenarios/instance.ts";
import { findObject } from "../scenarios/manifests.ts";
import type { ClusterView, Workload, WorkloadContainer, WorkloadKind } from "./cluster-view.ts";

interface Templated {
	metadata?: { name?: string; namespace?: string } | undefined;
	spec?: { template?: { spec?: { containers?: readonly WorkloadContainer[] | undefined } | undefined } | undefined } | undefined;
}

const lists = { Deployment: "deployments", StatefulSet: "statefulSets", DaemonSet: "daemonSets" } as const;

/** What a reference names: `{deployment: catalog}` is the Deployment of that name. */
export function kindAndName(reference: WorkloadRef): { kind: WorkloadKind; name: string } {
	if ("deployment" in reference) return { kind: "Deployment", name: reference.deployment };
	if ("statefulSet" in reference) return { kind: "StatefulSet", name: reference.statefulSet };
	return { kind: "DaemonSet", name: reference.daemonSet };
}

/**
 * The workload that a check speaks of, with the containers it had before the learner came: the baseline's, or for what every
 * cluster has (CoreDNS) those it ran when the fault was in.
 * @param before the cluster as the fault left it
 */
export function workloadOf(scenario: ScenarioInstance, reference: WorkloadRef, before: ClusterView): Workload {
	const namespace = reference.namespace ?? scenario.namespace;
	const { kind, name } = kindAndName(reference);
	const own = findObject(scenario.baselineObjects, `${kind.toLowerCase()}/${name}`, namespace) as Templated | undefined;
	const stock = (before[lists[kind]] as readonly Templated[]).find(
		({ metadata }) => metadata?.name === name && metadata.namespace === namespace,
	);
	return { kind, namespace, name, containers: (own ?? stock)?.spec?.template?.spec?.containers ?? [] };
}
