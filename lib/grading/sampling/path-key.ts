import { createHash } from "node:crypto";
import type { KubernetesObject, V1Pod } from "@kubernetes/client-node";
import { type ClusterView, isLeaving } from "../cluster-view.ts";

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
		view.pods.map((pod) => [identity(pod), pod.metadata?.labels, isLeaving(pod), ...place(pod)]),
		...[view.deployments, view.statefulSets, view.daemonSets, view.networkPolicies, view.ingresses, view.ingressClasses].map(generations),
		view.services.map((object) => [identity(object), object.spec]),
		view.endpointSlices.map((object) => [
			identity(object),
			object.metadata?.labels?.["kubernetes.io/service-name"],
			object.ports,
			(object.endpoints ?? []).map(({ addresses, conditions }) => canonical([addresses, conditions])).sort(),
		]),
		view.configMaps.map((object) => [identity(object), object.data, object.binaryData]),
		view.nodes,
	];
	const hash = createHash("sha256");
	// Lists come in no certain order.
	for (const part of parts) hash.update(JSON.stringify(part.map(canonical).sort()));
	return hash.digest("base64url");
}

/** The API server counts every change of a specification, and of nothing else. */
function generations(objects: readonly (KubernetesObject & { spec?: unknown })[]): unknown[] {
	return objects.map((object) => [identity(object), object.metadata?.generation ?? object.spec]);
}

/** The same text for what was listed and what was watched: the client reads one into classes and leaves the other raw. */
function canonical(value: unknown): string {
	return JSON.stringify(value, (_, part: unknown) => {
		if (part === null || typeof part !== "object" || Array.isArray(part)) return part ?? undefined;
		return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
	});
}

function identity({ metadata }: KubernetesObject): string {
	return `${metadata?.namespace}/${metadata?.name}/${metadata?.uid}`;
}

function place({ spec, status }: V1Pod): unknown[] {
	return [spec?.nodeName, spec?.hostNetwork, spec?.containers.map(({ image }) => image), status?.podIP];
}
