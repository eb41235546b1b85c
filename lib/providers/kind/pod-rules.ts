/**
 * Rules that keep a pod away from its node, as CEL over `variables.pod` (a pod's spec) and `variables.containers` (all of
 * its containers). They are Pod Security's "baseline", but for what docs/decisions/004 says.
 */
export type PolicyRuleText = [message: string, expression: string];

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

export const celList = (values: readonly string[]) => `[${values.map((value) => `'${value}'`).join(", ")}]`;

/** Where a workload keeps its pod's spec. */
const podSpec = [
	"request.kind.kind == 'Pod' ? object.spec",
	"request.kind.kind == 'CronJob' ? object.spec.jobTemplate.spec.template.spec",
	"object.spec.template.spec",
].join(" : ");

export const podVariables = [
	{ name: "pod", expression: podSpec },
	{
		name: "containers",
		expression: "variables.pod.containers + variables.pod.?initContainers.orValue([]) + variables.pod.?ephemeralContainers.orValue([])",
	},
];

/** @param hostPort CEL over `p`, a port of a container: true where its hostPort may be taken */
export function podRules(hostPort: string): PolicyRuleText[] {
	return [
		["privileged containers are not allowed in a lab", "variables.containers.all(c, !c.?securityContext.?privileged.orValue(false))"],
		[
			"the host's network, processes and IPC are not for pods of a lab",
			["hostNetwork", "hostPID", "hostIPC"].map((field) => `!variables.pod.?${field}.orValue(false)`).join(" && "),
		],
		[
			`volumes of these kinds only: ${volumeKinds.join(", ")}`,
			`variables.pod.?volumes.orValue([]).all(v, ${volumeKinds.map((kind) => `has(v.${kind})`).join(" || ")})`,
		],
		["this host port is not for pods of a lab", `variables.containers.all(c, c.?ports.orValue([]).all(p, ${hostPort}))`],
		[
			`capabilities that may be added: ${capabilities.join(", ")}`,
			`variables.containers.all(c, c.?securityContext.?capabilities.?add.orValue([]).all(name, name in ${celList(capabilities)}))`,
		],
		["procMount must be Default", "variables.containers.all(c, c.?securityContext.?procMount.orValue('Default') == 'Default')"],
		[
			"seccomp and AppArmor can't be switched off",
			["seccompProfile", "appArmorProfile"]
				.flatMap((profile) => [
					`variables.pod.?securityContext.?${profile}.?type.orValue('') != 'Unconfined'`,
					`variables.containers.all(c, c.?securityContext.?${profile}.?type.orValue('') != 'Unconfined')`,
				])
				.join(" && "),
		],
		[
			`sysctls of these names only: ${sysctls.join(", ")}`,
			`variables.pod.?securityContext.?sysctls.orValue([]).all(s, s.name in ${celList(sysctls)})`,
		],
	];
}

const noSecret = (source: string) => `!has(${source})`;

/**
 * Further rules for a learner's workload in a namespace of the platform: its accounts and secrets are not the learner's, and a
 * pod's log would show what it mounts.
 * @param accounts names of the accounts that its pods may have
 */
export function systemPodRules(accounts: readonly string[]): PolicyRuleText[] {
	const account = (field: string) => `variables.pod.?${field}.orValue('') in ${celList(["", ...accounts])}`;
	return [
		[`pods here may have these accounts only: ${accounts.join(", ")}`, `${account("serviceAccountName")} && ${account("serviceAccount")}`],
		[
			"volumes of a workload here: configMap, emptyDir, downwardAPI, projected without secrets",
			`variables.pod.?volumes.orValue([]).all(v, has(v.configMap) || has(v.emptyDir) || has(v.downwardAPI) || (has(v.projected) && v.projected.?sources.orValue([]).all(s, ${noSecret("s.secret")})))`,
		],
		[
			"secrets of this namespace are not for a learner's workloads",
			`variables.containers.all(c, c.?envFrom.orValue([]).all(e, ${noSecret("e.secretRef")}) && c.?env.orValue([]).all(e, !has(e.valueFrom) || ${noSecret("e.valueFrom.secretKeyRef")})) && variables.pod.?imagePullSecrets.orValue([]).size() == 0`,
		],
	];
}
