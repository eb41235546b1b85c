import type { V1Deployment, V1Pod, V1StatefulSet } from "@kubernetes/client-node";
import { type ClusterView, isLeaving, isReady } from "./cluster-view.ts";
import { type Controller, controllerOf, inWords, podsOf, type Served } from "./served.ts";

/** What keeps a workload from being whole. */
export interface Lack {
	/** In words, with the cluster's own reason where it gives one. */
	problem: string;
	ready: number;
	wanted: number;
	/** Nothing that goes on by itself would mend it, as far as one can see at this moment. */
	hopeless: boolean;
}

/** Reasons of a waiting container that waiting does not mend. */
const hopelessReasons = new Set([
	...["ErrImageNeverPull", "ErrImagePull", "ImagePullBackOff", "InvalidImageName", "CreateContainerConfigError", "CreateContainerError"],
	...["RunContainerError", "CrashLoopBackOff"],
]);

/**
 * Why a workload is not whole: not rolled out, pods missing or not ready, old ones still leaving. Undefined where it is, or
 * where it is gone: the probes tell that story.
 * @param fromGeneration of the controller, as its rollout was answered; an older view says nothing
 */
export function lackOf(view: ClusterView, served: Served, fromGeneration = 0): Lack | undefined {
	const pods = podsOf(view, served);
	const leaving = pods.filter(isLeaving);
	const staying = pods.filter((pod) => !isLeaving(pod));
	const ready = staying.filter(isReady).length;
	const controller = controllerOf(view, served);
	const { wanted, current } = controller ? progressOf(controller, fromGeneration) : { wanted: ready, current: true };
	if (!current || ready !== wanted) {
		const reason = refusalOf(controller) ?? staying.map(reasonOf).find((found) => found !== undefined);
		const problem = `${inWords(served)} has ${ready} of ${wanted} pods ready${reason ? ` (${reason.text})` : ""}`;
		return { problem, ready, wanted, hopeless: reason?.hopeless ?? false };
	}
	const last = leaving[0];
	if (!last) return undefined;
	const { name, finalizers = [] } = last.metadata ?? {};
	const held = finalizers.length > 0 ? `: finalizer ${finalizers.join(", ")} holds pod ${name}` : "";
	return { problem: `a pod of ${inWords(served)} is still leaving${held}`, ready, wanted, hopeless: held !== "" };
}

/** What a controller wants, and whether its rollout is over. */
function progressOf(controller: Controller, fromGeneration: number): { wanted: number; current: boolean } {
	const { metadata, status } = controller;
	const generation = metadata?.generation ?? 0;
	const seen = generation >= fromGeneration && (status?.observedGeneration ?? 0) >= generation;
	if (status && "desiredNumberScheduled" in status) {
		const wanted = status.desiredNumberScheduled;
		return { wanted, current: seen && (status.updatedNumberScheduled ?? 0) === wanted && (status.numberAvailable ?? 0) === wanted };
	}
	const { spec, status: counted } = controller as V1Deployment | V1StatefulSet;
	const wanted = spec?.replicas ?? 1;
	const all = [counted?.updatedReplicas, counted?.availableReplicas, counted?.replicas];
	return { wanted, current: seen && all.every((count) => (count ?? 0) === wanted) };
}

interface Reason {
	text: string;
	hopeless: boolean;
}

/** What keeps a Deployment from making pods: a quota, an admission webhook, a pause. */
function refusalOf(controller: Controller | undefined): Reason | undefined {
	const conditions = (controller as V1Deployment | undefined)?.status?.conditions ?? [];
	const refused = conditions.find(({ type, status }) => type === "ReplicaFailure" && status === "True");
	return refused && { text: refused.message ?? refused.reason ?? "its pods are refused", hopeless: true };
}

/** Why a pod is not ready, in the cluster's words. */
function reasonOf(pod: V1Pod): Reason | undefined {
	if (isReady(pod)) return undefined;
	const name = pod.metadata?.name;
	const unscheduled = pod.status?.conditions?.find(({ type, status }) => type === "PodScheduled" && status === "False");
	if (unscheduled) return { text: `pod ${name}: ${unscheduled.message ?? unscheduled.reason}`, hopeless: true };
	const states = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
	const waiting = states.map(({ state }) => state?.waiting).find((found) => found?.reason && hopelessReasons.has(found.reason));
	if (waiting) return { text: `pod ${name}: ${[waiting.reason, waiting.message].filter(Boolean).join(": ")}`, hopeless: true };
	const running = states.some(({ state, ready }) => state?.running && !ready);
	return running ? { text: `pod ${name} runs but is not ready`, hopeless: false } : undefined;
}
