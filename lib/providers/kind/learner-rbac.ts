import type { KubernetesObject } from "@kubernetes/client-node";
import type { LearnerAccess, PolicyRule } from "../provider.ts";

export const learnerUser = "learner";
export const learnerGroup = "faultline:learners";
/** Name of the role and the binding in kube-system that let a learner mend cluster DNS. */
export const dnsBinding = "faultline-learner-dns";

const all = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"];
const read = ["get", "list", "watch"];
const write = ["create", "update", "patch", "delete"];

/** The usual namespaced objects. Not: proxies of pods and Services, roles, bindings of pods to nodes. */
export const namespaceRules: PolicyRule[] = [
	{
		apiGroups: [""],
		resources: [
			...["pods", "services", "endpoints", "configmaps", "secrets", "serviceaccounts", "persistentvolumeclaims", "events"],
			...["replicationcontrollers", "replicationcontrollers/scale"],
		],
		verbs: all,
	},
	{ apiGroups: [""], resources: ["pods/exec", "pods/attach", "pods/portforward"], verbs: ["get", "create"] },
	{ apiGroups: [""], resources: ["pods/ephemeralcontainers", "pods/resize"], verbs: ["get", "update", "patch"] },
	{ apiGroups: [""], resources: ["pods/eviction", "serviceaccounts/token"], verbs: ["create"] },
	{ apiGroups: [""], resources: ["pods/log", "pods/status", "services/status", "resourcequotas", "limitranges"], verbs: read },
	{
		apiGroups: ["apps"],
		resources: ["deployments", "statefulsets", "daemonsets", "replicasets", "deployments/scale", "statefulsets/scale", "replicasets/scale"],
		verbs: all,
	},
	{ apiGroups: ["apps"], resources: ["controllerrevisions"], verbs: read },
	{ apiGroups: ["batch"], resources: ["jobs", "cronjobs"], verbs: all },
	{ apiGroups: ["autoscaling"], resources: ["horizontalpodautoscalers"], verbs: all },
	{ apiGroups: ["policy"], resources: ["poddisruptionbudgets"], verbs: all },
	{ apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: all },
	{ apiGroups: ["networking.k8s.io"], resources: ["ingresses", "networkpolicies"], verbs: all },
	{ apiGroups: ["gateway.networking.k8s.io"], resources: ["*"], verbs: all },
	{ apiGroups: ["events.k8s.io"], resources: ["events"], verbs: all },
	{ apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: all },
	{ apiGroups: ["rbac.authorization.k8s.io"], resources: ["roles", "rolebindings"], verbs: read },
];

/** What every learner may read of the whole cluster. */
export const clusterReadRules: PolicyRule[] = [
	{ apiGroups: [""], resources: ["nodes", "namespaces"], verbs: read },
	{ apiGroups: ["storage.k8s.io"], resources: ["storageclasses"], verbs: read },
	{ apiGroups: ["networking.k8s.io"], resources: ["ingressclasses", "servicecidrs", "ipaddresses"], verbs: read },
	{ apiGroups: ["gateway.networking.k8s.io"], resources: ["gatewayclasses"], verbs: read },
];

/**
 * What mending cluster DNS takes in kube-system. Not: secrets, accounts' tokens, a way into running pods, DaemonSets, or pods of
 * its own. What else is written there is bound by the policies of learner-system-policy.ts.
 */
export const dnsRules: PolicyRule[] = [
	{
		apiGroups: [""],
		resources: ["pods", "pods/log", "pods/status", "services", "services/status", "endpoints", "configmaps", "serviceaccounts", "events"],
		verbs: read,
	},
	// So that `kubectl get all` says no more than that there are none.
	{ apiGroups: [""], resources: ["replicationcontrollers"], verbs: read },
	{ apiGroups: ["batch"], resources: ["jobs", "cronjobs"], verbs: read },
	{ apiGroups: ["autoscaling"], resources: ["horizontalpodautoscalers"], verbs: read },
	{ apiGroups: [""], resources: ["pods"], verbs: ["update", "patch", "delete"] },
	{ apiGroups: [""], resources: ["configmaps", "services", "endpoints"], verbs: write },
	{
		apiGroups: ["apps"],
		resources: ["deployments", "replicasets", "daemonsets", "statefulsets", "controllerrevisions", "deployments/scale"],
		verbs: read,
	},
	{ apiGroups: ["apps"], resources: ["deployments", "deployments/scale"], verbs: write },
	{ apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: [...read, ...write] },
	{ apiGroups: ["networking.k8s.io"], resources: ["networkpolicies"], verbs: [...read, ...write] },
	{ apiGroups: ["policy"], resources: ["poddisruptionbudgets"], verbs: [...read, ...write] },
	{ apiGroups: ["events.k8s.io"], resources: ["events"], verbs: read },
	{ apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: read },
	{ apiGroups: ["rbac.authorization.k8s.io"], resources: ["roles", "rolebindings"], verbs: read },
];

/**
 * What installing an ingress controller takes in the whole cluster. The read rules are those that charts of Traefik, ingress-nginx
 * and their like grant: the API server lets nobody hand on what they do not hold, and neither `bind` nor `escalate` is given.
 */
export const ingressRules: PolicyRule[] = [
	{ apiGroups: ["rbac.authorization.k8s.io"], resources: ["clusterroles", "clusterrolebindings"], verbs: [...read, ...write] },
	{ apiGroups: ["networking.k8s.io"], resources: ["ingressclasses"], verbs: [...read, ...write] },
	{ apiGroups: ["gateway.networking.k8s.io"], resources: ["gatewayclasses"], verbs: [...read, ...write] },
	{
		apiGroups: ["apiextensions.k8s.io"],
		resources: ["customresourcedefinitions"],
		verbs: [...read, "create", "update", "patch"],
	},
	{
		apiGroups: [""],
		resources: ["services", "endpoints", "secrets", "configmaps", "nodes", "namespaces", "pods", "events"],
		verbs: read,
	},
	{ apiGroups: ["", "events.k8s.io"], resources: ["events"], verbs: ["create", "patch"] },
	{ apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: read },
	{ apiGroups: ["networking.k8s.io", "extensions"], resources: ["ingresses", "ingressclasses"], verbs: read },
	{ apiGroups: ["networking.k8s.io", "extensions"], resources: ["ingresses/status"], verbs: ["get", "update", "patch"] },
	{ apiGroups: ["networking.k8s.io"], resources: ["networkpolicies"], verbs: read },
	{ apiGroups: ["gateway.networking.k8s.io", "traefik.io", "traefik.containo.us"], resources: ["*"], verbs: read },
	{ apiGroups: ["gateway.networking.k8s.io"], resources: ["*/status"], verbs: ["get", "update", "patch"] },
	{ apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: [...read, ...write] },
];

/** What installing an ingress controller takes in the learner's own namespaces, besides {@link namespaceRules}. */
export const installerRules: PolicyRule[] = [
	{ apiGroups: ["rbac.authorization.k8s.io"], resources: ["roles", "rolebindings"], verbs: write },
	{ apiGroups: ["traefik.io", "traefik.containo.us"], resources: ["*"], verbs: all },
];

type Manifest = KubernetesObject & Record<string, unknown>;

/** Namespaces, roles and bindings that give the learner what the scenario says. */
export function learnerRbac(access: LearnerAccess): Manifest[] {
	return [
		...access.namespaces.map((name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } })),
		clusterRole("faultline-learner-namespace", [...namespaceRules, ...(access.ingressController ? installerRules : [])]),
		clusterRole("faultline-learner-cluster", [
			...clusterReadRules,
			...(access.ingressController ? ingressRules : []),
			...access.clusterRules,
		]),
		{
			apiVersion: "rbac.authorization.k8s.io/v1",
			kind: "ClusterRoleBinding",
			metadata: { name: "faultline-learner-cluster" },
			...binding("faultline-learner-cluster"),
		},
		...access.namespaces.map((namespace) => roleBinding("faultline-learner", namespace, "faultline-learner-namespace")),
		...(access.clusterDns ? [clusterRole(dnsBinding, dnsRules), roleBinding(dnsBinding, "kube-system", dnsBinding)] : []),
	];
}

function roleBinding(name: string, namespace: string, role: string): Manifest {
	return { apiVersion: "rbac.authorization.k8s.io/v1", kind: "RoleBinding", metadata: { name, namespace }, ...binding(role) };
}

function clusterRole(name: string, rules: PolicyRule[]): Manifest {
	return { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", metadata: { name }, rules };
}

function binding(role: string) {
	return {
		roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role },
		subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: learnerGroup }],
	};
}
