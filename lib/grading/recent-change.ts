import type { KubernetesObject, V1ManagedFieldsEntry } from "@kubernetes/client-node";
import type { ClusterView, Workload } from "./cluster-view.ts";
import { unsettled } from "./disturb.ts";

/** From a changed object to rules on the nodes: kube-proxy gathers changes for a second, and the host may be busy. */
const effectMs = 10_000;
/** A rollout that the learner has just begun; one that is stuck is not waited for longer. */
const rolloutMs = 20_000;

/**
 * Until when a change that was just made may still be on its way to the nodes. In the past where nothing has changed
 * lately, so that a lab nobody has touched is judged at once.
 * @returns milliseconds since the epoch
 */
export function takesEffectUntil(view: ClusterView, workloads: readonly Workload[], now: number): number {
	if (workloads.some((workload) => unsettled(view, workload) !== undefined)) return now + rolloutMs;
	return lastChange([...view.services, ...view.endpointSlices, ...view.configMaps]) + effectMs;
}

/** When the newest of the objects was written; 0 where that is not known. */
function lastChange(objects: readonly KubernetesObject[]): number {
	const times = objects.flatMap(({ metadata }) => [
		metadata?.creationTimestamp,
		...(metadata?.managedFields ?? []).map(({ time }: V1ManagedFieldsEntry) => time),
	]);
	return Math.max(0, ...times.map((time) => (time ? new Date(time).getTime() : 0)));
}
