/** Values that the API server fills in where a manifest says nothing; from the defaults of the Kubernetes API types. */
const defaults: Readonly<Record<string, readonly unknown[]>> = {
	restartPolicy: ["Always"],
	dnsPolicy: ["ClusterFirst"],
	schedulerName: ["default-scheduler"],
	serviceAccountName: ["default"],
	enableServiceLinks: [true],
	terminationGracePeriodSeconds: [30],
	terminationMessagePath: ["/dev/termination-log"],
	terminationMessagePolicy: ["File"],
	protocol: ["TCP"],
	timeoutSeconds: [1],
	periodSeconds: [10],
	successThreshold: [1],
	failureThreshold: [3],
	initialDelaySeconds: [0],
	scheme: ["HTTP"],
	defaultMode: [420],
	replicas: [1],
	minReadySeconds: [0],
	revisionHistoryLimit: [10],
	progressDeadlineSeconds: [600],
	maxSurge: ["25%", 0],
	maxUnavailable: ["25%", 1],
	podManagementPolicy: ["OrderedReady"],
	sessionAffinity: ["None"],
	internalTrafficPolicy: ["Cluster"],
	externalTrafficPolicy: ["Cluster"],
	ipFamilyPolicy: ["SingleStack"],
	allocateLoadBalancerNodePorts: [true],
	publishNotReadyAddresses: [false],
	type: ["ClusterIP", "RollingUpdate", ""],
	apiVersion: ["v1"],
	finalizers: [["kubernetes"]],
	whenDeleted: ["Retain"],
	whenScaled: ["Retain"],
	partition: [0],
	hostNetwork: [false],
	hostPID: [false],
	hostIPC: [false],
	shareProcessNamespace: [false],
	paused: [false],
	optional: [false],
};

/** Written by the API server, by controllers, or by kubectl for its own use; says nothing of what an object means. */
const noise = new Set([
	...[
		"serviceAccount",
		"imagePullPolicy",
		"ipFamilies",
		"clusterIPs",
		"healthCheckNodePort",
		"creationTimestamp",
		"kubernetes.io/metadata.name",
	],
	...["kubectl.kubernetes.io/last-applied-configuration", "kubectl.kubernetes.io/restartedAt", "kubernetes.io/change-cause"],
	...["deployment.kubernetes.io/revision", "deprecated.daemonset.template.generation", "endpoints.kubernetes.io/last-change-trigger-time"],
]);

/** An empty one of these means something else than none. */
const meantEmpty = /[a-z]Selector$|^emptyDir$/;

/** Maps whose keys are the author's: `type: ClusterIP` among labels is no default of anything. */
const ownWords = new Set(["labels", "annotations", "matchLabels", "data", "binaryData", "nodeSelector", "selector"]);

/** Where an object says what it means; status and the server's own bookkeeping lie elsewhere. */
const parts = ["spec", "data", "binaryData", "immutable", "endpoints", "ports", "addressType", "subsets"] as const;

/**
 * What an object means, comparable across manifests and what the API server made of them: without defaults, addresses given
 * by the cluster and bookkeeping.
 * @param options.labels whether labels and annotations of the object itself count
 */
export function meaningOf(object: object, options: { labels: boolean }): Record<string, unknown> {
	const source = object as Record<string, unknown> & { metadata?: { labels?: object; annotations?: object } };
	const meaning: Record<string, unknown> = {};
	for (const part of parts) meaning[part] = plain(part === "spec" ? specOf(source.spec) : source[part], part);
	if (options.labels) {
		meaning.labels = plain(source.metadata?.labels, "labels");
		meaning.annotations = plain(source.metadata?.annotations, "annotations");
	}
	return meaning;
}

/** Whether two values mean the same. */
export function alike(a: unknown, b: unknown): boolean {
	return JSON.stringify(plain(a, "")) === JSON.stringify(plain(b, ""));
}

/** Dotted paths at which two meanings differ; an element of a list goes by its name where all have one, else by its index. */
export function differingPaths(a: unknown, b: unknown, path = ""): string[] {
	if (JSON.stringify(a) === JSON.stringify(b)) return [];
	const [left, right] = [entriesOf(a), entriesOf(b)];
	if (!left || !right || (Array.isArray(a) && Array.isArray(b) && (left.size !== right.size || !sameKeys(left, right))))
		return path ? [path] : [];
	const keys = [...new Set([...left.keys(), ...right.keys()])];
	// An empty selector against none: nothing below tells them apart.
	if (keys.length === 0) return [path];
	return keys.flatMap((key) => differingPaths(left.get(key), right.get(key), path ? `${path}.${key}` : key));
}

/** What the server fills in from other fields of the same object. */
function specOf(spec: unknown): unknown {
	if (spec === null || typeof spec !== "object") return spec;
	const { policyTypes, clusterIP, ports, ...rest } = spec as Record<string, unknown>;
	const filled: Record<string, unknown> = { ...rest };
	if (clusterIP === "None") filled.clusterIP = clusterIP;
	if (Array.isArray(ports))
		filled.ports = ports.map((port) =>
			port.targetPort === undefined || port.targetPort === port.port ? { ...port, targetPort: port.port } : port,
		);
	if ("podSelector" in rest)
		filled.policyTypes = policyTypes ?? ["Ingress", ...((rest.egress as unknown[] | undefined)?.length ? ["Egress"] : [])];
	return filled;
}

function plain(value: unknown, key: string): unknown {
	if (value === null || value === undefined || defaults[key]?.some((one) => JSON.stringify(one) === JSON.stringify(value)))
		return undefined;
	if (value instanceof Date) return value.toISOString();
	if (Array.isArray(value)) return value.length === 0 ? undefined : value.map((inner) => plain(inner, ""));
	if (typeof value !== "object") return value;
	const entries = Object.entries(value)
		// The client spells `from` so, for its generator's sake.
		.map(([name, inner]) => [name === "_from" ? "from" : name, inner] as const)
		.filter(([name]) => !noise.has(name))
		.map(([name, inner]) => [name, ownWords.has(key) ? inner : plain(inner, name)] as const)
		.filter(([, inner]) => inner !== undefined)
		.sort(([a], [b]) => (a < b ? -1 : 1));
	return entries.length > 0 || meantEmpty.test(key) ? Object.fromEntries(entries) : undefined;
}

function entriesOf(value: unknown): Map<string, unknown> | undefined {
	if (value === undefined) return new Map();
	if (value === null || typeof value !== "object") return undefined;
	if (!Array.isArray(value)) return new Map(Object.entries(value));
	const names = value.map((inner) => (inner as { name?: unknown } | undefined)?.name);
	const named = names.every((name) => typeof name === "string") && new Set(names).size === names.length;
	return new Map(value.map((inner, index) => [named ? String(names[index]) : String(index), inner]));
}

function sameKeys(a: ReadonlyMap<string, unknown>, b: ReadonlyMap<string, unknown>): boolean {
	return [...a.keys()].every((key) => b.has(key));
}
