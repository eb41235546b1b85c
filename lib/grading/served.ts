import type { V1DaemonSet, V1Deployment, V1Pod, V1StatefulSet } from "@kubernetes/client-node";
import type { ClusterView } from "./cluster-view.ts";

/** What keeps pods alive that serve: a controller, or a pod that stands alone. */
export interface Served {
	/** `Pod` where nothing brings it back; other kinds than Deployment, StatefulSet and DaemonSet can't be rolled out. */
	kind: string;
	namespace: string;
	name: string;
}

export type Controller = V1Deployment | V1StatefulSet | V1DaemonSet;
export type RollableKind = "Deployment" | "StatefulSet" | "DaemonSet";

export function keyOf({ kind, namespace, name }: Served): string {
	return `${kind}/${namespace}/${name}`;
}

export function isRollable(served: Served): served is Served & { kind: RollableKind } {
	return ["Deployment", "StatefulSet", "DaemonSet"].includes(served.kind);
}

export function inWords({ kind, name }: Served): string {
	return kind === "Pod" ? `pod ${name}` : `${kind} ${name}`;
}

/** The controller as it is now; undefined where it is gone or of another kind. */
export function controllerOf(view: ClusterView, { kind, namespace, name }: Served): Controller | undefined {
	const lists: Record<string, readonly Controller[]> = {
		Deployment: view.deployments,
		StatefulSet: view.statefulSets,
		DaemonSet: view.daemonSets,
	};
	return lists[kind]?.find(({ metadata }) => metadata?.name === name && metadata.namespace === namespace);
}

/** Who would bring a pod back: through its ReplicaSet the Deployment, else its controller, else nobody but itself. */
export function ownerOf(view: ClusterView, pod: V1Pod): Served {
	const namespace = pod.metadata?.namespace ?? "";
	const owner = pod.metadata?.ownerReferences?.find(({ controller }) => controller);
	if (!owner) return { kind: "Pod", namespace, name: pod.metadata?.name ?? "" };
	const above = view.replicaSets
		.find(({ metadata }) => metadata?.uid === owner.uid)
		?.metadata?.ownerReferences?.find(({ controller }) => controller);
	return { kind: above?.kind ?? owner.kind, namespace, name: above?.name ?? owner.name };
}

/** Pods that it keeps alive, those on their way out too; by name. */
export function podsOf(view: ClusterView, served: Served): V1Pod[] {
	const key = keyOf(served);
	return view.pods
		.filter((pod) => keyOf(ownerOf(view, pod)) === key)
		.sort((a, b) => String(a.metadata?.name).localeCompare(String(b.metadata?.name)));
}
