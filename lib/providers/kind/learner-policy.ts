import type { KubernetesObject } from "@kubernetes/client-node";
import { learnerGroup } from "./learner-rbac.ts";

/**
 * Keeps pods away from the node. This is Pod Security's "baseline" said as an admission policy, since the level itself
 * can't be used: `kubectl debug` adds SYS_PTRACE by default, which "baseline" refuses. It binds to namespaces, not to
 * the learner: a Deployment's pods are made by a controller.
 */
export const podPolicyName = "faultline-no-way-to-the-node";
export const namespacePolicyName = "faultline-namespace-labels";

/** A namespace with this label is the platform's own, such as an add-on's; a learner can't set it. */
export const systemLabel = "faultline.dev/system";

const systemNamespaces = ["kube-system", "kube-node-lease", "kube-public", "local-path-storage"];

// Pod Security's baseline list, and what `kubectl debug` adds in its profiles general and netadmin. The
// latter act on the pod's own network and processes as long as the host's can't be joined.
const capabilities = [
	...["AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP"],
	...["SETUID", "SYS_CHROOT", "NET_RAW", "NET_ADMIN", "SYS_PTRACE"],
];

const volumeKinds = ["configMap", "secret", "emptyDir", "projected", "downwardAPI", "persistentVolumeClaim", "ephemeral", "image"];

// Pod Security's baseline list of Kubernetes 1.36.
const sysctls = [
	...["kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start", "net.ipv4.tcp_syncookies"],
	...["net.ipv4.ping_group_range", "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout"],
	...["net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"],
];

const list = (values: readonly string[]) => `[${values.map((value) => `'${value}'`).join(", ")}]`;

const podRules: [message: string, expression: string][] = [
	["privileged containers are not allowed in a lab", "variables.containers.all(c, !c.?securityContext.?privileged.orValue(false))"],
	[
		"the host's network, processes and IPC are not for pods of a lab",
		"!object.spec.?hostNetwork.orValue(false) && !object.spec.?hostPID.orValue(false) && !object.spec.?hostIPC.orValue(false)",
	],
	[
		`volumes of these kinds only: ${volumeKinds.join(", ")}`,
		`object.spec.?volumes.orValue([]).all(v, ${volumeKinds.map((kind) => `has(v.${kind})`).join(" || ")})`,
	],
	["host ports are not allowed in a lab", "variables.containers.all(c, c.?ports.orValue([]).all(p, p.?hostPort.orValue(0) == 0))"],
	[
		`capabilities that may be added: ${capabilities.join(", ")}`,
		`variables.containers.all(c, c.?securityContext.?capabilities.?add.orValue([]).all(name, name in ${list(capabilities)}))`,
	],
	["procMount must be Default", "variables.containers.all(c, c.?securityContext.?procMount.orValue('Default') == 'Default')"],
	[
		"seccomp and AppArmor can't be switched off",
		[
			"object.spec.?securityContext.?seccompProfile.?type.orValue('') != 'Unconfined'",
			"object.spec.?securityContext.?appArmorProfile.?type.orValue('') != 'Unconfined'",
			"variables.containers.all(c, c.?securityContext.?seccompProfile.?type.orValue('') != 'Unconfined')",
			"variables.containers.all(c, c.?securityContext.?appArmorProfile.?type.orValue('') != 'Unconfined')",
		].join(" && "),
	],
	[
		`sysctls of these names only: ${sysctls.join(", ")}`,
		`object.spec.?securityContext.?sysctls.orValue([]).all(s, s.name in ${list(sysctls)})`,
	],
];

const guarded = "(k.startsWith('pod-security.kubernetes.io/') || k.startsWith('faultline.dev/'))";

const namespaceRules: [message: string, expression: string][] = [
	[
		"labels that keep the lab safe can't be changed",
		`variables.new.all(k, !${guarded} || (k in variables.old && variables.old[k] == variables.new[k])) && variables.old.all(k, !${guarded} || k in variables.new)`,
	],
];

type Manifest = KubernetesObject & Record<string, unknown>;

/** The policies and their bindings. */
export function learnerPolicies(): Manifest[] {
	return [
		policy(podPolicyName, {
			matchConstraints: {
				resourceRules: [
					{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE", "UPDATE"], resources: ["pods", "pods/ephemeralcontainers"] },
				],
			},
			variables: [
				{
					name: "containers",
					expression: "object.spec.containers + object.spec.?initContainers.orValue([]) + object.spec.?ephemeralContainers.orValue([])",
				},
			],
			validations: validations(podRules),
		}),
		policyBinding(podPolicyName, {
			namespaceSelector: {
				matchExpressions: [
					{ key: "kubernetes.io/metadata.name", operator: "NotIn", values: systemNamespaces },
					{ key: systemLabel, operator: "DoesNotExist" },
				],
			},
		}),
		policy(namespacePolicyName, {
			matchConstraints: {
				resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE", "UPDATE"], resources: ["namespaces"] }],
			},
			matchConditions: [{ name: "learners", expression: `'${learnerGroup}' in request.userInfo.?groups.orValue([])` }],
			variables: [
				{ name: "new", expression: "object.metadata.?labels.orValue({})" },
				{ name: "old", expression: "oldObject == null ? {} : oldObject.metadata.?labels.orValue({})" },
			],
			validations: validations(namespaceRules),
		}),
		policyBinding(namespacePolicyName),
	];
}

function validations(rules: [message: string, expression: string][]) {
	return rules.map(([message, expression]) => ({ message, expression, reason: "Forbidden" }));
}

function policy(name: string, spec: object): Manifest {
	return {
		apiVersion: "admissionregistration.k8s.io/v1",
		kind: "ValidatingAdmissionPolicy",
		metadata: { name },
		spec: { failurePolicy: "Fail", ...spec },
	};
}

function policyBinding(name: string, matchResources?: object): Manifest {
	return {
		apiVersion: "admissionregistration.k8s.io/v1",
		kind: "ValidatingAdmissionPolicyBinding",
		metadata: { name },
		spec: { policyName: name, validationActions: ["Deny"], ...(matchResources ? { matchResources } : {}) },
	};
}
