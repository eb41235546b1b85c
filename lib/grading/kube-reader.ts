import type { KubeConfig, KubernetesListObject, KubernetesObject, V1Node } from "@kubernetes/client-node";
import { AppsV1Api, CoreV1Api, DiscoveryV1Api, NetworkingV1Api } from "@kubernetes/client-node";
import { AppError } from "../core/errors.ts";
import type { ClusterView } from "./cluster-view.ts";

/** How long one list may take before the platform, not the learner, is at fault. */
const listTimeoutMs = 10_000;

/** Kinds that a view follows by watches, with the path of their list. */
export const viewPaths = {
	namespaces: "/api/v1/namespaces",
	pods: "/api/v1/pods",
	deployments: "/apis/apps/v1/deployments",
	replicaSets: "/apis/apps/v1/replicasets",
	statefulSets: "/apis/apps/v1/statefulsets",
	daemonSets: "/apis/apps/v1/daemonsets",
	services: "/api/v1/services",
	endpointSlices: "/apis/discovery.k8s.io/v1/endpointslices",
	endpoints: "/api/v1/endpoints",
	configMaps: "/api/v1/configmaps",
	networkPolicies: "/apis/networking.k8s.io/v1/networkpolicies",
	ingresses: "/apis/networking.k8s.io/v1/ingresses",
	ingressClasses: "/apis/networking.k8s.io/v1/ingressclasses",
} as const satisfies Record<Exclude<keyof ClusterView, "nodes">, string>;
export type ViewKind = keyof typeof viewPaths;
export const viewKinds = Object.keys(viewPaths) as ViewKind[];

/**
 * Reads the whole cluster as administrator: labs are small, and a repair may be anywhere.
 * @throws AppError `cluster-unreadable`
 */
export async function readView(admin: KubeConfig, signal: AbortSignal): Promise<ClusterView> {
	return (await readLists(admin, signal)).view;
}

/** {@link readView}, with the resource version of each list: a watch from there misses nothing that came after it. */
export async function readLists(
	admin: KubeConfig,
	signal: AbortSignal,
): Promise<{ view: ClusterView; versions: Record<ViewKind, string | undefined> }> {
	const core = admin.makeApiClient(CoreV1Api);
	const apps = admin.makeApiClient(AppsV1Api);
	const discovery = admin.makeApiClient(DiscoveryV1Api);
	const networking = admin.makeApiClient(NetworkingV1Api);
	const lists: Record<ViewKind, Promise<KubernetesListObject<KubernetesObject>>> = {
		namespaces: core.listNamespace(),
		pods: core.listPodForAllNamespaces(),
		deployments: apps.listDeploymentForAllNamespaces(),
		replicaSets: apps.listReplicaSetForAllNamespaces(),
		statefulSets: apps.listStatefulSetForAllNamespaces(),
		daemonSets: apps.listDaemonSetForAllNamespaces(),
		services: core.listServiceForAllNamespaces(),
		endpointSlices: discovery.listEndpointSliceForAllNamespaces(),
		endpoints: core.listEndpointsForAllNamespaces(),
		configMaps: core.listConfigMapForAllNamespaces(),
		networkPolicies: networking.listNetworkPolicyForAllNamespaces(),
		ingresses: networking.listIngressForAllNamespaces(),
		ingressClasses: networking.listIngressClass(),
	};
	const reading = Promise.all([core.listNode(), ...viewKinds.map(async (kind) => [kind, await lists[kind]] as const)]);
	const [nodes, ...read] = await within(reading, signal);
	const objects = Object.fromEntries(read.map(([kind, { items }]) => [kind, items])) as unknown as Omit<ClusterView, "nodes">;
	const versions = Object.fromEntries(read.map(([kind, { metadata }]) => [kind, metadata?.resourceVersion]));
	return { view: { ...objects, nodes: nodeAddresses(nodes.items) }, versions: versions as Record<ViewKind, string | undefined> };
}

/** Nodes by name and internal address, control plane first. */
export function nodeAddresses(nodes: readonly V1Node[]): { name: string; address: string }[] {
	const plane = (node: V1Node) => (node.metadata?.labels?.["node-role.kubernetes.io/control-plane"] === undefined ? 1 : 0);
	return [...nodes]
		.sort((a, b) => plane(a) - plane(b) || String(a.metadata?.name).localeCompare(String(b.metadata?.name)))
		.map((node) => ({
			name: node.metadata?.name ?? "",
			address: node.status?.addresses?.find(({ type }) => type === "InternalIP")?.address ?? "",
		}));
}

/** Bounds a call of the API server. @throws AppError `cluster-unreadable` */
export async function within<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
	const deadline = AbortSignal.any([signal, AbortSignal.timeout(listTimeoutMs)]);
	const ended = new Promise<never>((_, reject) => {
		deadline.addEventListener("abort", () => reject(deadline.reason), { once: true });
	});
	try {
		signal.throwIfAborted();
		return await Promise.race([promise, ended]);
	} catch (cause) {
		promise.catch(() => {});
		if (signal.aborted) throw signal.reason;
		throw new AppError("cluster-unreadable", `The lab's cluster does not answer: ${cause instanceof Error ? cause.message : cause}`, {
			retryable: true,
			mend: "Reset the lab.",
			cause,
		});
	}
}
