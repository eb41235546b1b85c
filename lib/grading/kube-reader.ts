import { AppsV1Api, CoreV1Api, DiscoveryV1Api, type KubeConfig, type V1Node } from "@kubernetes/client-node";
import { AppError } from "../core/errors.ts";
import type { ClusterView } from "./cluster-view.ts";

/** How long one list may take before the platform, not the learner, is at fault. */
const listTimeoutMs = 10_000;

/**
 * Reads the namespaces' objects as administrator. A namespace that is gone is an empty one.
 * @throws AppError `cluster-unreadable`
 */
export async function readView(admin: KubeConfig, namespaces: readonly string[], signal: AbortSignal): Promise<ClusterView> {
	const core = admin.makeApiClient(CoreV1Api);
	const apps = admin.makeApiClient(AppsV1Api);
	const discovery = admin.makeApiClient(DiscoveryV1Api);
	const each = async <T>(list: (namespace: string) => Promise<{ items: T[] }>): Promise<T[]> =>
		(await Promise.all(namespaces.map(list))).flatMap(({ items }) => items);
	const reading = Promise.all([
		each((namespace) => core.listNamespacedPod({ namespace })),
		each((namespace) => apps.listNamespacedDeployment({ namespace })),
		each((namespace) => apps.listNamespacedReplicaSet({ namespace })),
		each((namespace) => core.listNamespacedService({ namespace })),
		each((namespace) => discovery.listNamespacedEndpointSlice({ namespace })),
		each((namespace) => core.listNamespacedConfigMap({ namespace })),
		each((namespace) => core.listNamespacedEndpoints({ namespace })),
		core.listNamespacedConfigMap({ namespace: "kube-system", fieldSelector: "metadata.name=coredns" }),
		core.listNode(),
	]);
	const [pods, deployments, replicaSets, services, endpointSlices, configMaps, endpoints, dns, nodes] = await within(reading, signal);
	return {
		...{ pods, deployments, replicaSets, services, endpointSlices, endpoints },
		configMaps: [...configMaps, ...dns.items],
		nodes: nodeAddresses(nodes.items),
	};
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

async function within<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
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
