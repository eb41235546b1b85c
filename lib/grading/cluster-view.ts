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

export type WorkloadKind = "Deployment" | "StatefulSet" | "DaemonSet";

/** The controller that must stand behind an answer, with the containers it had before the learner came. */
export interface Workload {
	kind: WorkloadKind;
	namespace: string;
	name: string;
	containers: readonly WorkloadContainer[];
}

export interface WorkloadContainer {
	name: string;
	image?: string;
	command?: readonly string[];
	args?: readonly string[];
}

export function isReady(pod: V1Pod): boolean {
	return pod.status?.conditions?.some((condition) => condition.type === "Ready" && condition.status === "True") ?? false;
}

export function isLeaving(pod: V1Pod): boolean {
	return pod.metadata?.deletionTimestamp !== undefined;
}

/**
 * Pods that are the workload: owned by the controller of that kind and name, and running the containers it had, by image,
 * command and arguments (a recreated controller counts, one of another kind is not the same workload). An image's name
 * stands for its content: it is on the node already, and no learner may write to the node or to the registry mirror.
 * Configuration is the guards' (`app-kept`), and so are containers besides these. Those on their way out are included; sorted
 * by name.
 */
export function genuinePods(view: ClusterView, workload: Workload): V1Pod[] {
	return view.pods
		.filter((pod) => pod.metadata?.namespace === workload.namespace && isOwnedBy(view, pod, workload) && runsAs(pod, workload))
		.sort((a, b) => String(a.metadata?.name).localeCompare(String(b.metadata?.name)));
}

function isOwnedBy(view: ClusterView, pod: V1Pod, { kind, name }: Workload): boolean {
	const owner = ownerOf(view, pod);
	return owner?.kind === kind && owner.name === name;
}

/** The controller behind a pod, past its ReplicaSet; undefined where there is none. */
function ownerOf(view: ClusterView, pod: V1Pod): { kind: string; name: string } | undefined {
	const direct = pod.metadata?.ownerReferences?.find((reference) => reference.controller);
	if (direct?.kind !== "ReplicaSet") return direct;
	const set = view.replicaSets.find((candidate) => candidate.metadata?.uid === direct.uid);
	return set?.metadata?.ownerReferences?.find((reference) => reference.controller) ?? direct;
}

/** What a pod belongs to, in words: `Deployment indexer`, or that it stands alone. */
export function ownerInWords(view: ClusterView, pod: V1Pod): string {
	const owner = ownerOf(view, pod);
	return owner ? `${owner.kind} ${owner.name}` : "no controller";
}

function runsAs(pod: V1Pod, workload: Workload): boolean {
	// Nothing is known of a workload without containers, so nothing can prove itself to be it.
	return (
		workload.containers.length > 0 &&
		workload.containers.every((container) => {
			const running = pod.spec?.containers.find((candidate) => candidate.name === container.name);
			return running?.image === container.image && same(running?.command, container.command) && same(running?.args, container.args);
		})
	);
}

function same(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
	return JSON.stringify(a ?? []) === JSON.stringify(b ?? []);
}
