import { createHash } from "node:crypto";
import type { KubernetesObject, V1Pod } from "@kubernetes/client-node";
import type { ClusterView } from "../cluster-view.ts";

/**
 * What a sequential test's samples have in common: as long as the key is the same, they are of one system. A change of it
 * restarts the test (design, rule 6).
 *
 * It covers every object that traffic could meet, in any namespace: a repair may be anywhere, and a restart that was not
 * needed costs seconds. What controllers write about the world (status, annotations, versions, node heartbeats) is left
 * out; a pod counts by its identity, labels, place and address; that it is ready shows in its EndpointSlice.
 */
export function pathKey(view: ClusterView): string {
	const parts = [
		view.namespaces.map(({ metadata }) => [metadata?.name, metadata?.uid, metadata?.labels]),
		view.pods.map((pod) => [identity(pod), pod.metadata?.labels, pod.metadata?.deletionTimestamp, ...place(pod)]),
		...[view.deployments, view.statefulSets, view.daemonSets].map((objects) => objects.map((object) => [identity(object), object.spec])),
		view.services.map((object) => [identity(object), object.spec]),
		view.endpointSlices.map((object) => [
			identity(object),
			object.metadata?.labels?.["kubernetes.io/service-name"],
			object.ports,
			(object.endpoints ?? []).map(({ addresses, conditions }) => JSON.stringify([addresses, conditions])).sort(),
		]),
		view.configMaps.map((object) => [identity(object), object.data, object.binaryData]),
		...[view.networkPolicies, view.ingresses, view.ingressClasses].map((objects) =>
			objects.map((object) => [identity(object), object.spec]),
		),
		view.nodes,
	];
	const hash = createHash("sha256");
	// Lists come in no certain order.
	for (const part of parts) hash.update(JSON.stringify([...part].map((entry) => JSON.stringify(entry)).sort()));
	return hash.digest("base64url");
}

function identity({ metadata }: KubernetesObject): string {
	return `${metadata?.namespace}/${metadata?.name}/${metadata?.uid}`;
}

function place({ spec, status }: V1Pod): unknown[] {
	return [spec?.nodeName, spec?.hostNetwork, spec?.containers.map(({ image }) => image), status?.podIP];
}
