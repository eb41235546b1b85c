import type { KubernetesObject } from "@kubernetes/client-node";
import type { LearnerAccess, PolicyRule } from "../provider.ts";

export const learnerUser = "learner";
export const learnerGroup = "faultline:learners";

const all = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"];
const read = ["get", "list", "watch"];

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

type Manifest = KubernetesObject & Record<string, unknown>;

/** Namespaces, roles and bindings that give the learner what the scenario says. */
export function learnerRbac(access: LearnerAccess): Manifest[] {
	return [
		...access.namespaces.map((name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } })),
		clusterRole("faultline-learner-namespace", namespaceRules),
		clusterRole("faultline-learner-cluster", [...clusterReadRules, ...access.clusterRules]),
		{
			apiVersion: "rbac.authorization.k8s.io/v1",
			kind: "ClusterRoleBinding",
			metadata: { name: "faultline-learner-cluster" },
			...binding("faultline-learner-cluster"),
		},
		...access.namespaces.map((namespace) => ({
			apiVersion: "rbac.authorization.k8s.io/v1",
			kind: "RoleBinding",
			metadata: { name: "faultline-learner", namespace },
			...binding("faultline-learner-namespace"),
		})),
	];
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
