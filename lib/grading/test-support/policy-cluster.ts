import type { V1NetworkPolicySpec } from "@kubernetes/client-node";
import { guardRule } from "../../scenarios/guard-schema.ts";
import type { BaselineObject } from "../../scenarios/manifests.ts";
import { type ClusterView, emptyView } from "../cluster-view.ts";
import { policyEnvelope } from "../guards/policy-envelope.ts";

/** checkout and payments in `shop`; CoreDNS and two others in `kube-system`; another team's namespace. */
export function cluster(change: (view: Mutable) => void = () => {}): ClusterView {
	const view: Mutable = {
		...structuredClone(emptyView),
		namespaces: ["shop", "kube-system", "team-b"].map((name) => ({ metadata: { name, labels: { "kubernetes.io/metadata.name": name } } })),
		deployments: [
			workload("shop", "checkout", { app: "checkout", tier: "web" }),
			workload("shop", "payments", { app: "payments", tier: "api" }, [{ name: "http", containerPort: 8080 }]),
			workload("shop", "reports", { app: "reports", tier: "api" }),
			workload("kube-system", "coredns", { "k8s-app": "kube-dns" }, [
				{ name: "dns", containerPort: 53, protocol: "UDP" },
				{ name: "dns-tcp", containerPort: 53, protocol: "TCP" },
			]),
			workload("team-b", "other", { app: "other" }),
		],
		daemonSets: [workload("kube-system", "kube-proxy", { "k8s-app": "kube-proxy" })],
		services: [{ metadata: { name: "kube-dns", namespace: "kube-system" }, spec: { clusterIP: "10.96.0.10" } }],
		configMaps: [
			{
				metadata: { name: "kubeadm-config", namespace: "kube-system" },
				data: { ClusterConfiguration: "networking:\n  podSubnet: 10.244.0.0/16\n  serviceSubnet: 10.96.0.0/16\n" },
			},
		],
	} as unknown as Mutable;
	change(view);
	return view;
}
export type Mutable = { -readonly [K in keyof ClusterView]: ClusterView[K] extends readonly (infer T)[] ? T[] : ClusterView[K] };

function workload(namespace: string, name: string, labels: Record<string, string>, ports: object[] = []) {
	return {
		metadata: { name, namespace, labels: {} },
		spec: { template: { metadata: { labels }, spec: { containers: [{ name, ports }] } } },
	} as Mutable["deployments"][number];
}

export const policy = (spec: V1NetworkPolicySpec, name = "allow", namespace = "shop") => ({ metadata: { name, namespace }, spec });
export const isolation = policy({ podSelector: {}, policyTypes: ["Egress"] }, "default-deny");
export const system = { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } };
export const dnsPods = { matchLabels: { "k8s-app": "kube-dns" } };
export const dnsPorts = [
	{ protocol: "UDP", port: 53 },
	{ protocol: "TCP", port: 53 },
];

/** What checkout needs: names, and payments. */
export const mostForCheckout = {
	type: "policy-envelope",
	of: { deployment: "checkout" },
	direction: "egress",
	most: [
		{ peer: { pods: { "k8s-app": "kube-dns" }, namespace: "kube-system" }, ports: ["UDP/53", "TCP/53"] },
		{ peer: { deployment: "payments" }, ports: ["TCP/8080"] },
	],
};

export function judge(rule: object, view: ClusterView, before?: ClusterView) {
	const parsed = guardRule.parse(rule);
	if (parsed.type !== "policy-envelope") throw new Error("another rule");
	const baseline = cluster().deployments.map((object) => ({ object: { kind: "Deployment", ...object }, file: "", line: 1 }));
	return policyEnvelope(parsed, { view, before, baseline: baseline as unknown as BaselineObject[], namespace: "shop" });
}

/** A policy for checkout's egress with one rule, beside the namespace's isolation. */
export function withRule(rule: object, change: (view: Mutable) => void = () => {}) {
	return cluster((view) => {
		view.networkPolicies.push(
			isolation,
			policy({ podSelector: { matchLabels: { app: "checkout" } }, policyTypes: ["Egress"], egress: [rule] }),
		);
		change(view);
	});
}
