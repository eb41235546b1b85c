import type { KubernetesObject } from "@kubernetes/client-node";

/** An object of any kind, as the API server gives it. */
export type AnyObject = KubernetesObject & Record<string, unknown>;

/** What a census compares of an object: `key` tells it from all others, `value` is what must be equal. */
export interface Comparable {
	/** `Service kube-system/kube-dns`; with a number where names are drawn at random. */
	key: string;
	value: unknown;
}

/** What the cluster writes itself, differently each time. */
const volatileMetadata = [
	"uid",
	"resourceVersion",
	"generation",
	"creationTimestamp",
	"managedFields",
	"selfLink",
	"deletionGracePeriodSeconds",
];
/** Counts rollouts, not what is rolled out. */
const volatileAnnotations = [
	"deployment.kubernetes.io/revision",
	"deployment.kubernetes.io/revision-history",
	"deprecated.daemonset.template.generation",
];

/**
 * Kinds whose objects come and go by themselves. Leases are compared by their names only. Requests for certificates are
 * removed by the cluster an hour after a node was made.
 */
const uncounted = new Set(["Event", "ComponentStatus", "CertificateSigningRequest"]);

/**
 * What a census compares of all objects. This is the list of what may differ between two clean clusters:
 * - uids, resource versions, generations, times, who manages a field; status, but for readiness of pods and endpoints;
 * - names of pods that a controller makes and of EndpointSlices: they are counted for their owner;
 * - addresses of pods: in endpoints, in pods;
 * - revision numbers of rollouts; contents of leases; events; spent requests for certificates.
 * An object on its way out is never equal to one that stays.
 */
export function comparables(objects: readonly AnyObject[]): Comparable[] {
	const counted = new Map<string, number>();
	const found = objects
		.filter(({ kind }) => !uncounted.has(kind ?? ""))
		.map((object) => ({ base: baseKey(object), value: comparedOf(object) }))
		.sort((a, b) => compare(a.base, b.base) || compare(stable(a.value), stable(b.value)));
	return found.map(({ base, value }) => {
		const seen = counted.get(base) ?? 0;
		counted.set(base, seen + 1);
		return { key: seen === 0 ? base : `${base} #${seen + 1}`, value };
	});
}

/** An object without what the cluster fills in: as it could be put in again. */
export function restorable(object: AnyObject): AnyObject {
	const { status: _, ...rest } = object;
	return { ...rest, metadata: metadataOf(object) };
}

/** Whether a controller makes it: then its owner is what must be restored. */
export function isMade(object: AnyObject): boolean {
	return object.metadata?.ownerReferences?.some(({ controller }) => controller) ?? false;
}

/** `Service kube-system/kube-dns`. */
export function title({ kind, metadata }: AnyObject): string {
	return `${kind} ${metadata?.namespace ? `${metadata.namespace}/` : ""}${metadata?.name}`;
}

/** JSON with sorted keys. */
export function stable(value: unknown): string {
	return JSON.stringify(value, (_, inner) =>
		inner !== null && typeof inner === "object" && !Array.isArray(inner)
			? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => compare(a, b)))
			: inner,
	);
}

function baseKey(object: AnyObject): string {
	const { kind, metadata } = object;
	const owner = metadata?.ownerReferences?.find(({ controller }) => controller);
	const drawn = (kind === "Pod" && owner && owner.kind !== "Node") || kind === "EndpointSlice";
	if (!drawn || !owner) return title(object);
	return `${kind} ${metadata?.namespace}/* of ${owner.kind} ${owner.name}`;
}

function comparedOf(object: AnyObject): unknown {
	const leaving = object.metadata?.deletionTimestamp === undefined ? {} : { leaving: true };
	return { ...leaving, ...contentOf(object) };
}

function contentOf(object: AnyObject): object {
	const { kind } = object;
	if (kind === "Lease") return {};
	if (kind === "Pod" && isMade(object))
		return { ready: isReady(object), images: imagesOf(object), labels: labelsOf(object), ...staticSpec(object) };
	const rest = restorable(object);
	if (kind === "EndpointSlice" && isMade(object)) {
		const { endpoints, metadata, ...slice } = rest;
		return { ...slice, labels: metadata?.labels, endpoints: list(endpoints).map(({ conditions, nodeName }) => ({ conditions, nodeName })) };
	}
	if (kind === "Endpoints") return { ...rest, subsets: list(rest.subsets).map(countAddresses) };
	if (kind === "ControllerRevision") return { ...rest, revision: undefined };
	return rest;
}

function metadataOf({ metadata }: AnyObject): NonNullable<KubernetesObject["metadata"]> {
	const kept = Object.entries(metadata ?? {}).filter(([name]) => !volatileMetadata.includes(name) && name !== "deletionTimestamp");
	const annotations = Object.entries(metadata?.annotations ?? {}).filter(
		([name]) => !volatileAnnotations.includes(name) && name !== "endpoints.kubernetes.io/last-change-trigger-time",
	);
	// Others than controllers are there for what is to be deleted along with them: uids, and nothing else.
	const owners = metadata?.ownerReferences?.filter(({ controller }) => controller).map(({ uid: _, ...owner }) => owner);
	const { annotations: __, ownerReferences: ___, ...rest } = Object.fromEntries(kept) as NonNullable<KubernetesObject["metadata"]>;
	return {
		...rest,
		...(annotations.length > 0 ? { annotations: Object.fromEntries(annotations) } : {}),
		...(owners && owners.length > 0 ? { ownerReferences: owners as NonNullable<KubernetesObject["metadata"]>["ownerReferences"] } : {}),
	};
}

/** Of a static pod its whole specification: no controller stands for it. */
function staticSpec(object: AnyObject): object {
	const owner = object.metadata?.ownerReferences?.find(({ controller }) => controller);
	return owner?.kind === "Node" ? { spec: object.spec } : {};
}

export function isReady(pod: AnyObject): boolean {
	const { conditions } = (pod.status ?? {}) as { conditions?: { type: string; status: string }[] };
	return conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
}

export function imagesOf(pod: AnyObject): string[] {
	const { containers, ephemeralContainers } = (pod.spec ?? {}) as Record<string, { image?: string }[] | undefined>;
	return [...(containers ?? []), ...(ephemeralContainers ?? [])].map(({ image }) => image ?? "").sort();
}

/** Labels that controllers draw anew for each revision, run or pod. */
const drawnLabels = new Set([
	...["pod-template-hash", "controller-revision-hash", "pod-template-generation", "statefulset.kubernetes.io/pod-name"],
	...["apps.kubernetes.io/pod-index", "controller-uid", "batch.kubernetes.io/controller-uid", "job-name", "batch.kubernetes.io/job-name"],
]);

/** Labels of a controller's pod that are of its template, or put on by hand. */
export function labelsOf({ metadata }: AnyObject): Record<string, string> {
	return Object.fromEntries(Object.entries(metadata?.labels ?? {}).filter(([name]) => !drawnLabels.has(name)));
}

function countAddresses(subset: Record<string, unknown>): object {
	const count = (addresses: unknown) => list(addresses).map(({ nodeName }) => nodeName ?? "");
	return { ports: subset.ports, addresses: count(subset.addresses), notReadyAddresses: count(subset.notReadyAddresses) };
}

function list(value: unknown): Record<string, unknown>[] {
	return Array.isArray(value) ? value : [];
}

function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
