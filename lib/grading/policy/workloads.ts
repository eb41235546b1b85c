import type { V1Namespace, V1ObjectMeta, V1Pod, V1PodSpec, V1PodTemplateSpec } from "@kubernetes/client-node";
import type { BaselineObject } from "../../scenarios/manifests.ts";
import { type ClusterView, isLeaving } from "../cluster-view.ts";
import { type Labels, nameLabel } from "./label-selector.ts";

/** Pods that come and go together: what a policy's selectors mean by "a workload". */
export interface LabelledWorkload {
	/** `Deployment`; `pod` where it stands alone. */
	kind: string;
	name: string;
	namespace: string;
	/** Labels that its pods have or will have: of the template, of each running pod, of the baseline's template. */
	labels: Labels[];
	/** Labels of pods as they are now or will be: without those of the baseline. */
	current: Labels[];
	/** Container ports that have a name. */
	namedPorts: { name: string; protocol: string; port: number }[];
	hostNetwork: boolean;
	/** Addresses of its running pods. */
	addresses: string[];
}

interface Controller {
	metadata?: V1ObjectMeta;
	spec?: { template?: V1PodTemplateSpec };
}

/**
 * Every workload of the cluster with the labels of its pods, and those of the baseline that are gone. A pod that stands
 * alone counts where it is no newcomer: then it was relabelled; whoever may make pods may give them any label.
 */
export function workloadsOf(
	view: ClusterView,
	baseline: readonly BaselineObject[],
	before: ClusterView | undefined,
): ReadonlyMap<string, LabelledWorkload> {
	const workloads = new Map<string, LabelledWorkload>();
	const at = (kind: string, metadata: V1ObjectMeta | undefined) => {
		const { name = "", namespace = "" } = metadata ?? {};
		const key = `${kind}/${namespace}/${name}`;
		const empty = { labels: [], current: [], namedPorts: [], hostNetwork: false, addresses: [] };
		const known = workloads.get(key) ?? { kind, name, namespace, ...empty };
		workloads.set(key, known);
		return known;
	};
	const add = (workload: LabelledWorkload, labels: Labels | undefined, spec: V1PodSpec | undefined) => {
		workload.labels.push(labels ?? {});
		workload.current.push(labels ?? {});
		workload.hostNetwork ||= spec?.hostNetwork ?? false;
		for (const container of [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])]) {
			for (const { name, protocol = "TCP", containerPort } of container.ports ?? [])
				if (name) workload.namedPorts.push({ name, protocol, port: containerPort });
		}
	};
	const lists: [string, readonly Controller[]][] = [
		["Deployment", view.deployments],
		["StatefulSet", view.statefulSets],
		["DaemonSet", view.daemonSets],
		["ReplicaSet", view.replicaSets.filter(({ metadata }) => !controllerOf(metadata))],
	];
	for (const [kind, list] of lists) {
		for (const { metadata, spec } of list) add(at(kind, metadata), spec?.template?.metadata?.labels, spec?.template?.spec);
	}
	for (const pod of view.pods) {
		if (isLeaving(pod) || !(controllerOf(pod.metadata) || isKnown(pod, baseline, before))) continue;
		const workload = at(...ownerOf(view, pod));
		add(workload, pod.metadata?.labels, pod.spec);
		if (pod.status?.podIP) workload.addresses.push(pod.status.podIP);
	}
	for (const { object } of baseline) {
		const template = (object.spec as { template?: V1PodTemplateSpec } | undefined)?.template;
		if (["Deployment", "StatefulSet", "DaemonSet"].includes(object.kind))
			at(object.kind, object.metadata).labels.push(template?.metadata?.labels ?? {});
	}
	return workloads;
}

/** Namespaces with their labels; those that only `needed` names as well. */
export function namespacesOf(namespaces: readonly V1Namespace[], needed: readonly string[]): ReadonlyMap<string, Labels> {
	const found = new Map<string, Labels>(needed.map((name) => [name, { [nameLabel]: name }]));
	for (const { metadata } of namespaces) {
		const name = metadata?.name ?? "";
		found.set(name, { ...metadata?.labels, [nameLabel]: name });
	}
	return found;
}

function controllerOf(metadata: V1ObjectMeta | undefined) {
	return metadata?.ownerReferences?.find(({ controller }) => controller);
}

/** Kind and metadata of what a pod belongs to in the end; of itself where it stands alone. */
function ownerOf(view: ClusterView, pod: V1Pod): [string, V1ObjectMeta] {
	const owner = controllerOf(pod.metadata);
	if (!owner) return ["pod", pod.metadata ?? {}];
	const set = owner.kind === "ReplicaSet" ? view.replicaSets.find(({ metadata }) => metadata?.uid === owner.uid) : undefined;
	const { kind, name } = controllerOf(set?.metadata) ?? owner;
	return [kind, { name, namespace: pod.metadata?.namespace }];
}

function isKnown(pod: V1Pod, baseline: readonly BaselineObject[], before: ClusterView | undefined): boolean {
	const { name, namespace, uid } = pod.metadata ?? {};
	return (
		!before ||
		before.pods.some(({ metadata }) => metadata?.uid === uid || (metadata?.name === name && metadata?.namespace === namespace)) ||
		baseline.some(({ object }) => object.kind === "Pod" && object.metadata.name === name && object.metadata.namespace === namespace)
	);
}
