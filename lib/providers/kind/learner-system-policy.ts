import { type Manifest, policy, policyBinding, validations } from "./admission-policy.ts";
import { learnerGroup } from "./learner-rbac.ts";
import { celList, podRules, podVariables, systemPodRules } from "./pod-rules.ts";

export const systemNamespaces = ["kube-system", "kube-node-lease", "kube-public", "local-path-storage"];

/**
 * Requests of learners, and of accounts that their pods may have: rights handed on to an account stay bound. The platform's own
 * controllers are accounts of its own namespaces.
 */
export const ofLearners = {
	name: "learners",
	expression: [
		`'${learnerGroup}' in request.userInfo.?groups.orValue([])`,
		`request.userInfo.?groups.orValue([]).exists(g, g.startsWith('system:serviceaccounts:') && !(g in ${celList(systemNamespaces.map((name) => `system:serviceaccounts:${name}`))}))`,
	].join(" || "),
};

/** ConfigMaps of kube-system from which the platform's programs, some of them privileged, take their settings or their trust. */
const platformConfigMaps = [
	...["kube-proxy", "kubeadm-config", "kubelet-config", "network-agent", "kube-root-ca.crt", "extension-apiserver-authentication"],
	"kube-apiserver-legacy-service-account-token-tracking",
];

/** Roles and bindings that the cluster or Faultline lives on: by whole name, and by how it begins. */
const platformRoles = ["cluster-admin", "admin", "edit", "view", "network-agent", "kindnet", "local-path-provisioner"];
const platformRolePrefixes = ["system:", "kubeadm:", "faultline", "local-path-provisioner-"];

const kind = (...kinds: string[]) => `!(request.kind.kind in ${celList(kinds)})`;
const system = `request.namespace in ${celList(systemNamespaces)}`;

const workloads = [
	{
		apiGroups: [""],
		apiVersions: ["*"],
		operations: ["CREATE", "UPDATE"],
		resources: ["pods", "pods/ephemeralcontainers", "replicationcontrollers"],
	},
	{
		apiGroups: ["apps"],
		apiVersions: ["*"],
		operations: ["CREATE", "UPDATE"],
		resources: ["deployments", "statefulsets", "daemonsets", "replicasets"],
	},
	{ apiGroups: ["batch"], apiVersions: ["*"], operations: ["CREATE", "UPDATE"], resources: ["jobs", "cronjobs"] },
];

const changes = ["CREATE", "UPDATE", "DELETE"];
const platformObjects = [
	{ apiGroups: [""], apiVersions: ["*"], operations: ["UPDATE", "DELETE"], resources: ["pods", "pods/*"] },
	{ apiGroups: [""], apiVersions: ["*"], operations: changes, resources: ["configmaps"] },
	{ apiGroups: ["coordination.k8s.io"], apiVersions: ["*"], operations: changes, resources: ["leases"] },
	{
		apiGroups: ["rbac.authorization.k8s.io"],
		apiVersions: ["*"],
		operations: changes,
		resources: ["clusterroles", "clusterrolebindings", "roles", "rolebindings"],
	},
];

/** Binds what learners may write where the platform lives: beside RBAC, which knows neither templates nor exceptions. */
export function systemPolicies(): Manifest[] {
	return [
		policy("faultline-system-workloads", {
			matchConstraints: { resourceRules: workloads },
			matchConditions: [ofLearners],
			variables: podVariables,
			validations: validations([...podRules("p.?hostPort.orValue(0) == 0"), ...systemPodRules(["default", "coredns"])]),
		}),
		policyBinding("faultline-system-workloads", {
			namespaceSelector: { matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values: systemNamespaces }] },
		}),
		policy("faultline-platform-objects", {
			matchConstraints: { resourceRules: platformObjects },
			matchConditions: [ofLearners],
			variables: [{ name: "name", expression: "oldObject == null ? object.metadata.?name.orValue('') : oldObject.metadata.name" }],
			validations: validations([
				[
					"pods of the node and of DaemonSets keep the cluster alive and are not the learner's",
					`${kind("Pod")} || !(${system}) || !oldObject.metadata.?ownerReferences.orValue([]).exists(o, o.kind in ['Node', 'DaemonSet'])`,
				],
				[
					"the platform's own settings are not the learner's",
					`${kind("ConfigMap")} || !(${system}) || !(variables.name in ${celList(platformConfigMaps)})`,
				],
				["the platform's own leases are not the learner's", `${kind("Lease")} || !(${system})`],
				[
					"roles and bindings of the platform are not the learner's",
					`${kind("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding")} || !(variables.name in ${celList(platformRoles)} || ${celList(platformRolePrefixes)}.exists(p, variables.name.startsWith(p)))`,
				],
			]),
		}),
		policyBinding("faultline-platform-objects"),
	];
}
