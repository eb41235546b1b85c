import type {
	V1ConfigMap,
	V1DaemonSet,
	V1Deployment,
	V1EndpointSlice,
	V1Endpoints,
	V1Ingress,
	V1IngressClass,
	V1Namespace,
	V1NetworkPolicy,
	V1Pod,
	V1ReplicaSet,
	V1Service,
	V1StatefulSet,
} from "@kubernetes/client-node";

/** Objects of the whole cluster at one moment: what checks plan from, guards look at and reports compare. */
export interface ClusterView {
	namespaces: readonly V1Namespace[];
	pods: readonly V1Pod[];
	deployments: readonly V1Deployment[];
	replicaSets: readonly V1ReplicaSet[];
	statefulSets: readonly V1StatefulSet[];
	daemonSets: readonly V1DaemonSet[];
	services: readonly V1Service[];
	endpointSlices: readonly V1EndpointSlice[];
	/** Legacy objects. */
	endpoints: readonly V1Endpoints[];
	configMaps: readonly V1ConfigMap[];
	networkPolicies: readonly V1NetworkPolicy[];
	ingresses: readonly V1Ingress[];
	ingressClasses: readonly V1IngressClass[];
	/** Internal addresses of the nodes, control plane first. */
	nodes: readonly { name: string; address: string }[];
}

export const emptyView: ClusterView = {
	...{ namespaces: [], pods: [], deployments: [], replicaSets: [], statefulSets: [], daemonSets: [] },
	...{ services: [], endpointSlices: [], endpoints: [], configMaps: [], networkPolicies: [], ingresses: [], ingressClasses: [] },
	nodes: [],
};

/** The baseline's controller that must stand behind an answer, with the containers it had. */
export interface Workload {
	namespace: string;
	name: string;
	containers: readonly { name: string; image: string; command?: readonly string[]; args?: readonly string[] }[];
}

export function isReady(pod: V1Pod): boolean {
	return pod.status?.conditions?.some((condition) => condition.type === "Ready" && condition.status === "True") ?? false;
}

export function isLeaving(pod: V1Pod): boolean {
	return pod.metadata?.deletionTimestamp !== undefined;
}

/**
 * Pods that are the workload: owned, through a ReplicaSet, by the Deployment of that name, and running the baseline's image
 * and command (a recreated Deployment counts). Those on their way out are included; sorted by name.
 */
export function genuinePods(view: ClusterView, workload: Workload): V1Pod[] {
	return view.pods
		.filter(
			(pod) => pod.metadata?.namespace === workload.namespace && ownerDeployment(view, pod) === workload.name && runsAs(pod, workload),
		)
		.sort((a, b) => String(a.metadata?.name).localeCompare(String(b.metadata?.name)));
}

/** Name of the Deployment behind a pod; undefined where there is none. */
export function ownerDeployment(view: ClusterView, pod: V1Pod): string | undefined {
	const owner = pod.metadata?.ownerReferences?.find((reference) => reference.controller && reference.kind === "ReplicaSet");
	const set = view.replicaSets.find((candidate) => candidate.metadata?.uid === owner?.uid);
	return set?.metadata?.ownerReferences?.find((reference) => reference.controller && reference.kind === "Deployment")?.name;
}

/** What a pod belongs to, in words: `Deployment indexer`, or that it stands alone. */
export function ownerInWords(view: ClusterView, pod: V1Pod): string {
	const deployment = ownerDeployment(view, pod);
	if (deployment) return `Deployment ${deployment}`;
	const owner = pod.metadata?.ownerReferences?.find((reference) => reference.controller);
	return owner ? `${owner.kind} ${owner.name}` : "no controller";
}

function runsAs(pod: V1Pod, workload: Workload): boolean {
	return workload.containers.every((container) => {
		const running = pod.spec?.containers.find((candidate) => candidate.name === container.name);
		return running?.image === container.image && same(running.command, container.command) && same(running.args, container.args);
	});
}

function same(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
	return JSON.stringify(a ?? []) === JSON.stringify(b ?? []);
}
