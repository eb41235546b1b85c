import type { V1EndpointSlice, V1Pod, V1Service } from "@kubernetes/client-node";
import type { ClusterView } from "./cluster-view.ts";

export interface Endpoint {
	address: string;
	port: number;
}

/** Ready endpoints of one Service port, each once, by address. */
export function readyEndpoints(service: V1Service, portName: string, slices: readonly V1EndpointSlice[]): Endpoint[] {
	const own = slices.filter(
		({ metadata }) =>
			metadata?.namespace === service.metadata?.namespace && metadata?.labels?.["kubernetes.io/service-name"] === service.metadata?.name,
	);
	const found = new Map<string, Endpoint>();
	for (const slice of own) {
		const port = slice.ports?.find((candidate) => (candidate.name ?? "") === portName)?.port;
		if (port === undefined) continue;
		for (const endpoint of slice.endpoints ?? []) {
			if (endpoint.conditions?.ready === false) continue;
			for (const address of endpoint.addresses) found.set(address, { address, port });
		}
	}
	return [...found.values()].sort((a, b) => a.address.localeCompare(b.address));
}

export function findService(view: ClusterView, name: string, namespace: string): V1Service | undefined {
	return view.services.find(({ metadata }) => metadata?.name === name && metadata.namespace === namespace);
}

/** The Service that a host names as clients do: `db`, `db.shop`, `db.shop.svc` or the whole name. Undefined where it names none. */
export function serviceOfHost(view: ClusterView, host: string, namespace: string): V1Service | undefined {
	const [name = "", inside = namespace, ...rest] = host.replace(/\.$/, "").split(".");
	const suffix = rest.join(".");
	return suffix === "" || suffix === "svc" || suffix === "svc.cluster.local" ? findService(view, name, inside) : undefined;
}

/** The pod that has an address of its own; pods on the node's network share theirs and are nobody's. */
export function podAt(view: ClusterView, address: string): V1Pod | undefined {
	const pods = view.pods.filter(({ spec, status }) => status?.podIP === address && !spec?.hostNetwork);
	// An ended pod's address may have gone to another.
	return pods.find(({ status }) => status?.phase === "Running") ?? pods[0];
}
