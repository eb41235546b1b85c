import type { ExecResult, LabEnvironment } from "../../../providers/provider.ts";

/** One way to spoil a lab, and what a census must say of it. */
export interface Dirt {
	name: string;
	make(lab: LabEnvironment): Promise<unknown>;
	/** Part of a difference's place and words: `object: Namespace trap`. */
	shows: string;
}

async function must(result: Promise<ExecResult>): Promise<string> {
	const { exitCode, stdout, stderr } = await result;
	if (exitCode !== 0) throw new Error(stderr || stdout);
	return stdout;
}

const options = { timeoutMs: 180_000 };
const apply = (manifest: string) => (lab: LabEnvironment) => must(lab.kubectl(["apply", "-f", "-"], { ...options, stdin: manifest }));
const kubectl =
	(...args: string[]) =>
	(lab: LabEnvironment) =>
		must(lab.kubectl(args, options));
const onNode = (script: string) => (lab: LabEnvironment) => must(lab.nodeExec(lab.nodes[0] ?? "", ["bash", "-c", script], options));
const onLaptop = (script: string) => (lab: LabEnvironment) => must(lab.exec(["bash", "-c", script], options));

const trap = `
apiVersion: v1
kind: Namespace
metadata: { name: trap, finalizers: [example.com/never] }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: held, namespace: trap, finalizers: [example.com/never] }
`;

const definition = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: traps.example.com }
spec:
  group: example.com
  names: { kind: Trap, plural: traps }
  scope: Namespaced
  versions: [{ name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true } } }]
`;

const workload = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: deaf, namespace: shop }
spec:
  replicas: 2
  selector: { matchLabels: { app: deaf } }
  template:
    metadata: { labels: { app: deaf } }
    spec:
      terminationGracePeriodSeconds: 120
      containers: [{ name: deaf, image: busybox, command: [sh, -c, "trap '' TERM; while :; do sleep 1; done"] }]
---
apiVersion: v1
kind: Service
metadata: { name: deaf, namespace: shop }
spec: { type: NodePort, selector: { app: deaf }, ports: [{ port: 80, nodePort: 30999 }] }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: closed, namespace: shop }
spec: { podSelector: {}, policyTypes: [Ingress, Egress] }
`;

const refusal = (name: string, kind: string) => `
apiVersion: admissionregistration.k8s.io/v1
kind: ${kind}
metadata: { name: ${name} }
webhooks:
  - name: ${name}.example.com
    clientConfig: { url: "https://127.0.0.1:9/" }
    rules: [{ apiGroups: ["*"], apiVersions: ["*"], operations: ["*"], resources: ["*/*"] }]
    failurePolicy: Fail
    sideEffects: None
    admissionReviewVersions: [v1]
    timeoutSeconds: 1
`;

const policy = `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: { name: no-more-deletes }
spec:
  failurePolicy: Fail
  matchConstraints: { resourceRules: [{ apiGroups: ["*"], apiVersions: ["*"], operations: [DELETE], resources: ["*"] }] }
  validations: [{ expression: "false" }]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: { name: no-more-deletes }
spec: { policyName: no-more-deletes, validationActions: [Deny] }
`;

/** In this order: the last ones refuse every further request. */
export const dirts: Dirt[] = [
	{ name: "a namespace that refuses to go", make: apply(trap), shows: "object: Namespace trap should not be there" },
	{ name: "a definition of its own", make: apply(definition), shows: "object: CustomResourceDefinition traps.example.com" },
	{
		name: "an object of that definition, held by a finalizer",
		make: async (lab) => {
			await must(lab.kubectl(["wait", "--for=condition=Established", "crd/traps.example.com", "--timeout=120s"], options));
			return apply("{apiVersion: example.com/v1, kind: Trap, metadata: {name: one, namespace: default, finalizers: [example.com/never]}}")(
				lab,
			);
		},
		shows: "object: Trap default/one should not be there",
	},
	{ name: "a workload that ignores its end", make: apply(workload), shows: "object: Deployment shop/deaf should not be there" },
	{
		name: "its processes",
		make: kubectl("rollout", "status", "deployment/deaf", "-n", "shop", "--timeout=150s"),
		shows: "processes: has more: pod of ReplicaSet shop/deaf",
	},
	{
		name: "a label on kube-system",
		make: kubectl("label", "namespace", "kube-system", "team=payments"),
		shows: "object: Namespace kube-system differs in metadata.labels.team",
	},
	{
		name: "another ingress class",
		make: apply("{apiVersion: networking.k8s.io/v1, kind: IngressClass, metadata: {name: other}, spec: {controller: example.com/other}}"),
		shows: "object: IngressClass other",
	},
	{
		name: "a cluster role",
		make: kubectl("create", "clusterrole", "spy", "--verb=get", "--resource=secrets"),
		shows: "object: ClusterRole spy",
	},
	{
		name: "the learner as administrator",
		make: kubectl("create", "clusterrolebinding", "king", "--clusterrole=cluster-admin", "--user=learner"),
		shows: "object: ClusterRoleBinding king",
	},
	{
		name: "the learner without rights",
		make: kubectl("delete", "rolebinding", "faultline-learner", "-n", "shop"),
		shows: "object: RoleBinding shop/faultline-learner is gone",
	},
	{ name: "a priority class", make: kubectl("create", "priorityclass", "first", "--value=1000"), shows: "object: PriorityClass first" },
	{
		name: "another range of addresses",
		make: apply("{apiVersion: networking.k8s.io/v1, kind: ServiceCIDR, metadata: {name: more}, spec: {cidrs: [10.97.0.0/24]}}"),
		shows: "object: ServiceCIDR more",
	},
	{
		name: "a changed Corefile",
		make: kubectl("patch", "configmap", "coredns", "-n", "kube-system", "-p", '{"data":{"Corefile":".:53 { errors }"}}'),
		shows: "object: ConfigMap kube-system/coredns differs in data.Corefile",
	},
	{
		name: "CoreDNS with another command",
		make: kubectl("set", "env", "deployment/coredns", "-n", "kube-system", "A=b"),
		shows: "object: Deployment kube-system/coredns differs in spec.template",
	},
	{
		name: "no kube-dns Service",
		make: kubectl("delete", "service", "kube-dns", "-n", "kube-system"),
		shows: "object: Service kube-system/kube-dns is gone",
	},
	{
		name: "a second DNS Service",
		make: kubectl("create", "service", "clusterip", "dns-two", "-n", "kube-system", "--tcp=53:53"),
		shows: "object: Service kube-system/dns-two",
	},
	{
		name: "a slice of endpoints by hand",
		make: apply(
			"{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: mine, namespace: shop}, addressType: IPv4, endpoints: []}",
		),
		shows: "object: EndpointSlice shop/mine",
	},
	{ name: "a cordoned node", make: async (lab) => kubectl("cordon", lab.nodes[0] ?? "")(lab), shows: "spec.unschedulable" },
	{
		name: "an nft table",
		make: onNode(
			"nft add table inet evil; nft 'add chain inet evil out { type filter hook forward priority -5; }'; nft add rule inet evil out udp dport 53 numgen random mod 3 0 drop",
		),
		shows: "nft: has more: evil rule",
	},
	{
		name: "a rule of iptables",
		make: onNode(
			"iptables -t filter -I FORWARD -p udp --dport 53 -m statistic --mode random --probability 0.3 -j DROP; iptables -N MINE; iptables -A MINE -j DROP",
		),
		shows: "iptables: has more: iptables filter -A FORWARD",
	},
	{ name: "Service rules that are gone", make: onNode("nft delete table ip kube-proxy"), shows: "nft: lacks: kube-proxy" },
	{ name: "a route into nowhere", make: onNode("ip route add blackhole 10.96.7.0/24"), shows: "routes: has more: -4 route blackhole" },
	{ name: "a rule of routing", make: onNode("ip rule add from 10.9.9.9 lookup 77"), shows: "routes: has more: -4 rule" },
	{ name: "an interface", make: onNode("ip link add spare type bridge"), shows: "links: has more: spare" },
	{ name: "a sysctl", make: onNode("sysctl -qw net.ipv4.icmp_ratelimit=1234"), shows: "sysctls: lacks: /proc/sys/net/ipv4/icmp_ratelimit" },
	{ name: "a network configuration", make: onNode("echo '{}' > /etc/cni/net.d/01-other.conflist"), shows: "files: has more" },
	{
		name: "an address that nobody holds",
		make: onNode("printf 'gone\\r\\neth0' > /run/cni-ipam-state/network-agent/10.244.0.250"),
		shows: "addresses: has more",
	},
	{
		name: "an image",
		make: onNode("ctr -n k8s.io images tag faultline.dev/shop:1 docker.io/library/evil:1"),
		shows: "images: has more: docker.io/library/evil:1",
	},
	{
		name: "a process on the node",
		make: onNode("setsid sleep 3000 >/dev/null 2>&1 < /dev/null & disown"),
		shows: "processes: has more: other sleep",
	},
	{
		name: "a process on the workstation",
		make: onLaptop("setsid nohup sleep 3000 >/dev/null 2>&1 < /dev/null & disown"),
		shows: "workstation processes: has more: sleep",
	},
	{
		name: "files in the home",
		make: onLaptop("echo alias kubectl=true >> ~/.bashrc; mkdir -p ~/notes && touch ~/notes/x && chmod 000 ~/notes; echo x > /tmp/answer"),
		shows: "workstation files: has more",
	},
	{
		name: "an API whose server is nowhere",
		make: apply(
			"{apiVersion: apiregistration.k8s.io/v1, kind: APIService, metadata: {name: v1.nowhere.example.com}, spec: {group: nowhere.example.com, version: v1, groupPriorityMinimum: 1, versionPriority: 1, service: {name: none, namespace: default}, insecureSkipTLSVerify: true}}",
		),
		shows: "object: APIService v1.nowhere.example.com",
	},
	{ name: "the learner's namespace on its way out", make: kubectl("delete", "namespace", "shop", "--wait=false"), shows: "shop" },
	{ name: "a policy that refuses every removal", make: apply(policy), shows: "object: ValidatingAdmissionPolicy no-more-deletes" },
	{
		name: "a webhook that refuses everything",
		make: apply(refusal("refuse", "ValidatingWebhookConfiguration")),
		shows: "object: ValidatingWebhookConfiguration refuse",
	},
	{
		name: "a webhook that would change everything",
		make: apply(refusal("change", "MutatingWebhookConfiguration")),
		shows: "object: MutatingWebhookConfiguration change",
	},
];
