import type { KubernetesObject, V1Deployment, V1EndpointSlice, V1Pod, V1Service } from "@kubernetes/client-node";
import type { ClusterView } from "./cluster-view.ts";

/** What our own rollout writes into a template. */
export const rolloutAnnotation = "kubectl.kubernetes.io/restartedAt";
const followsSelector = new Set(["endpointslice-controller.k8s.io", "endpointslicemirroring-controller.k8s.io"]);

/**
 * What somebody has changed between two looks at the cluster, in words: `Service catalog (spec.selector)`. Statuses, what
 * controllers derive, and our own rollouts and deletions are no change.
 * @param deleted UIDs of pods that the check has deleted itself
 */
export function changedMeanwhile(then: ClusterView, now: ClusterView, deleted: ReadonlySet<string> = new Set()): string[] {
	const autoscaled = new Set([...autoscaledIn(then), ...autoscaledIn(now)]);
	const before = facts(then, autoscaled);
	const after = facts(now, autoscaled);
	return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((title) => {
		const [old, present] = [before.get(title), after.get(title)];
		if (old && !present) return deleted.has(old.uid) ? [] : [`${title} (deleted)`];
		if (!old || !present) return [`${title} (created)`];
		const fields = differences(old.fact, present.fact);
		if (fields.length > 0) return [`${title} (${fields.join(", ")})`];
		return old.uid === present.uid ? [] : [`${title} (recreated)`];
	});
}

interface Fact {
	uid: string;
	/** What a person decides of the object. */
	fact: unknown;
}

function facts(view: ClusterView, autoscaled: ReadonlySet<string>): Map<string, Fact> {
	const found = new Map<string, Fact>();
	const add = <T extends KubernetesObject>(kind: string, objects: readonly T[], fact: (object: T) => unknown) => {
		for (const object of objects) {
			const { name, namespace, uid = "" } = object.metadata ?? {};
			found.set(`${kind} ${name}${namespace ? ` of namespace ${namespace}` : ""}`, { uid, fact: fact(object) });
		}
	};
	const spec = (object: { spec?: unknown }) => ({ spec: object.spec });
	const selecting = new Set(view.services.filter(hasSelector).map(nameIn));
	add("Namespace", view.namespaces, ({ metadata }) => ({ labels: metadata?.labels }));
	add("Deployment", view.deployments, (object) => workload(object, autoscaled));
	add("StatefulSet", view.statefulSets, (object) => workload(object, autoscaled));
	add("DaemonSet", view.daemonSets, (object) => workload(object, autoscaled));
	add("pod", view.pods.filter(standsAlone), ({ metadata, spec: { containers } = { containers: [] } }) => ({
		labels: metadata?.labels,
		spec: { images: containers.map(({ image }) => image) },
	}));
	add("Service", view.services, spec);
	add("EndpointSlice", view.endpointSlices.filter(isHandWritten), ({ endpoints, ports, metadata }) => ({
		endpoints: endpoints?.map(({ addresses, conditions }) => ({ addresses, ready: conditions?.ready })),
		...{ ports, labels: metadata?.labels },
	}));
	add(
		"Endpoints",
		view.endpoints.filter((object) => !selecting.has(nameIn(object))),
		({ subsets }) => ({ subsets }),
	);
	add("ConfigMap", view.configMaps, ({ data, binaryData }) => ({ data, binaryData }));
	add("NetworkPolicy", view.networkPolicies, spec);
	add("Ingress", view.ingresses, ({ spec: wanted, metadata }) => ({ spec: wanted, annotations: metadata?.annotations }));
	add("IngressClass", view.ingressClasses, ({ spec: wanted, metadata }) => ({ spec: wanted, annotations: metadata?.annotations }));
	return found;
}

/** Without the mark of a rollout, and without the number of replicas of those that an autoscaler sets. */
function workload({ metadata, spec }: KubernetesObject & { spec?: object }, autoscaled: ReadonlySet<string>): unknown {
	const { replicas, template, ...rest } = (spec ?? {}) as Partial<NonNullable<V1Deployment["spec"]>>;
	const { annotations = {}, ...others } = template?.metadata ?? {};
	const { [rolloutAnnotation]: _, ...kept } = annotations;
	const count = autoscaled.has(metadata?.uid ?? "") ? {} : { replicas };
	return { spec: { ...rest, ...count, template: { ...template, metadata: { ...others, annotations: kept } } } };
}

/** UIDs of the workloads whose replicas an autoscaler has set. */
function autoscaledIn({ deployments, statefulSets }: ClusterView): string[] {
	return [...deployments, ...statefulSets].flatMap(({ metadata }) => {
		const set = metadata?.managedFields?.some(
			({ manager, subresource }) => manager === "kube-controller-manager" && subresource === "scale",
		);
		return set ? [metadata?.uid ?? ""] : [];
	});
}

function standsAlone({ metadata, status }: V1Pod): boolean {
	return !metadata?.ownerReferences?.some(({ controller }) => controller) && status?.phase !== "Succeeded" && status?.phase !== "Failed";
}

function isHandWritten({ metadata }: V1EndpointSlice): boolean {
	return !followsSelector.has(metadata?.labels?.["endpointslice.kubernetes.io/managed-by"] ?? "");
}

function hasSelector({ spec }: V1Service): boolean {
	return Object.keys(spec?.selector ?? {}).length > 0;
}

function nameIn({ metadata }: KubernetesObject): string {
	return `${metadata?.namespace}/${metadata?.name}`;
}

/** Dotted paths of what differs, two levels deep at most; key order says nothing. */
function differences(a: unknown, b: unknown, path = "", depth = 0): string[] {
	if (stable(a) === stable(b)) return [];
	if (depth === 2 || !isRecord(a) || !isRecord(b)) return [path];
	const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
	return keys.flatMap((key) => differences(a[key], b[key], path ? `${path}.${key}` : key, depth + 1));
}

function stable(value: unknown): string {
	return JSON.stringify(value, (_, inner: unknown) =>
		isRecord(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => a.localeCompare(b))) : inner,
	);
}

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
