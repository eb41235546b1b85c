import type { V1ObjectMeta } from "@kubernetes/client-node";
import type { ClusterView } from "../cluster-view.ts";

export interface Tracked {
	kind: string;
	/** `undefined` for what belongs to no namespace. */
	namespace: string | undefined;
	name: string;
	uid: string;
	object: { metadata?: V1ObjectMeta };
	/** Made by a controller: only what was done to it by hand is somebody's doing. */
	controlled: boolean;
}

type Listed = Exclude<keyof ClusterView, "nodes">;
const kinds: Record<Listed, string> = {
	namespaces: "Namespace",
	pods: "Pod",
	deployments: "Deployment",
	replicaSets: "ReplicaSet",
	statefulSets: "StatefulSet",
	daemonSets: "DaemonSet",
	services: "Service",
	endpointSlices: "EndpointSlice",
	endpoints: "Endpoints",
	configMaps: "ConfigMap",
	networkPolicies: "NetworkPolicy",
	ingresses: "Ingress",
	ingressClasses: "IngressClass",
};

/** Kinds that a view shows. */
export const trackedKinds: readonly string[] = Object.values(kinds);

/** Objects that somebody answers for, by kind, namespace and name; with controllers' pods, for what is done to them by hand. */
export function trackedObjects(view: ClusterView): Map<string, Tracked> {
	const found = new Map<string, Tracked>();
	for (const [list, kind] of Object.entries(kinds) as [Listed, string][]) {
		for (const object of view[list] as readonly { metadata?: V1ObjectMeta }[]) {
			const { name = "", namespace, uid = "" } = object.metadata ?? {};
			const controlled = object.metadata?.ownerReferences?.some(({ controller }) => controller) ?? false;
			if (madeByCluster(kind, object.metadata, view) || (controlled && kind !== "Pod")) continue;
			found.set(`${namespace ?? ""}/${kind}/${name}`, { kind, namespace, name, uid, object, controlled });
		}
	}
	return found;
}

function madeByCluster(kind: string, metadata: V1ObjectMeta | undefined, view: ClusterView): boolean {
	const { name = "", namespace = "", labels = {} } = metadata ?? {};
	if (kind === "EndpointSlice") {
		const by = labels["endpointslice.kubernetes.io/managed-by"] ?? "";
		return by.startsWith("endpointslice") || (namespace === "default" && name === "kubernetes");
	}
	if (kind === "Endpoints") {
		if (namespace === "default" && name === "kubernetes") return true;
		// The controller writes one for each Service that selects; a hand-written one of that name does not live long.
		const service = view.services.find((one) => one.metadata?.name === name && one.metadata?.namespace === namespace);
		return labels["endpoints.kubernetes.io/managed-by"] !== undefined || Object.keys(service?.spec?.selector ?? {}).length > 0;
	}
	return (
		kind === "ConfigMap" &&
		(name === "kube-root-ca.crt" || namespace === "kube-public" || name === "kube-apiserver-legacy-service-account-token-tracking")
	);
}
