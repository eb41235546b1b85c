import { expect, test } from "vitest";
import { guardRule } from "../../scenarios/guard-schema.ts";
import type { BaselineObject } from "../../scenarios/manifests.ts";
import { cluster, dnsPods, dnsPorts, judge, type Mutable, mostForCheckout, policy, withRule } from "../test-support/policy-cluster.ts";
import { policyEnvelope } from "./policy-envelope.ts";

const controlled = (name: string, labels: Record<string, string>, of: string) => ({
	metadata: {
		...{ name, namespace: "shop", uid: `uid-${name}`, labels },
		ownerReferences: [{ apiVersion: "apps/v1", kind: "Deployment", name: of, uid: `uid-${of}`, controller: true }],
	},
	spec: { containers: [] },
});

test("a running pod that was relabelled out of its policies is no longer isolated, whatever its template says", () => {
	const relabelled = (tier: string) =>
		cluster((view) => {
			view.networkPolicies.push(policy({ podSelector: { matchLabels: { app: "checkout", tier: "web" } }, policyTypes: ["Egress"] }));
			view.pods.push(controlled("checkout-1", { app: "checkout", tier }, "checkout"));
		});
	expect(judge(mostForCheckout, relabelled("web")).verdict).toBe("pass");
	expect(judge(mostForCheckout, relabelled("none")).message).toContain("No NetworkPolicy isolates checkout");
});

test("an attempt that reaches nobody by its namespace alone is still open to whoever takes that namespace's label on", () => {
	const nobody = { matchLabels: { name: "kube-system" } };
	const to = (podSelector: object) =>
		judge(mostForCheckout, withRule({ to: [{ namespaceSelector: nobody, podSelector }], ports: dnsPorts }));
	expect(to(dnsPods).verdict).toBe("pass");
	expect(to({}).verdict).toBe("fail");
	expect(to({ matchExpressions: [{ key: "k8s-app", operator: "Exists" }] }).verdict).toBe("fail");
	const inNamespaces = (namespaceSelector: object) =>
		judge(mostForCheckout, withRule({ to: [{ namespaceSelector, podSelector: dnsPods }], ports: dnsPorts })).verdict;
	expect(inNamespaces({ matchLabels: { "kubernetes.io/metadata.name": "team-b" } }), "another team's").toBe("fail");
	expect(inNamespaces({ matchExpressions: [{ key: "dns", operator: "Exists" }] }), "any with some label").toBe("fail");
});

test("what runs in the node's own network by the baseline is no escape, what went there is", () => {
	const rule = guardRule.parse({ ...mostForCheckout, of: { pods: { app: "checkout" } } });
	if (rule.type !== "policy-envelope") throw new Error("another rule");
	const onNode = (view: Mutable) => {
		for (const { spec } of view.deployments.slice(0, 1)) Object.assign(spec?.template.spec ?? {}, { hostNetwork: true });
	};
	const view = cluster((it) => {
		onNode(it);
		it.networkPolicies.push(policy({ podSelector: {}, policyTypes: ["Egress"] }));
	});
	const baselineOf = (change?: (view: Mutable) => void) =>
		cluster(change).deployments.map((object) => ({ object: { kind: "Deployment", ...object } })) as unknown as BaselineObject[];
	const judged = (baseline: BaselineObject[]) => policyEnvelope(rule, { view, before: undefined, baseline, namespace: "shop" });
	expect(judged(baselineOf(onNode)).verdict).toBe("pass");
	expect(judged(baselineOf()).message).toContain("Deployment checkout runs in the node's own network");
});

test("a selector of more combinations than can be told apart counts as too wide", () => {
	const keys = Array.from({ length: 13 }, (_, index) => `k${index}`);
	const all = (value: string) => Object.fromEntries(keys.map((key) => [key, value]));
	const most = [{ peer: { pods: all("a") } }, { peer: { pods: all("b") } }];
	const selecting = (values: string[]) => ({
		to: [{ podSelector: { matchExpressions: keys.map((key) => ({ key, operator: "In", values })) } }],
	});
	const rule = { ...mostForCheckout, most };
	const mixed = (view: Mutable) =>
		void view.deployments.push({
			metadata: { name: "mixed", namespace: "shop" },
			spec: { selector: {}, template: { metadata: { labels: { ...all("a"), k0: "b" } }, spec: { containers: [] } } },
		});
	expect(judge(rule, withRule(selecting(["a"]), mixed)).verdict).toBe("pass");
	// 2^13 label sets, of which only two are meant, and one that is not exists.
	expect(judge(rule, withRule(selecting(["a", "b"]), mixed)).verdict).toBe("fail");
});

test("a label that another workload had is no name for one, though it was taken off that other", () => {
	const tier = { to: [{ podSelector: { matchLabels: { tier: "api" } } }], ports: [{ port: 8080 }] };
	const strip = (view: Mutable) => {
		for (const { metadata, spec } of view.deployments)
			if (metadata?.name === "reports") Object.assign(spec?.template.metadata ?? {}, { labels: { app: "reports" } });
	};
	expect(judge(mostForCheckout, withRule(tier, strip)).verdict).toBe("fail");
});

const toPayments = { to: [{ podSelector: { matchLabels: { app: "payments" } } }], ports: [{ port: 8080 }] };

test("a label that was put on a pod of another workload widens what it selects, until that pod leaves", () => {
	const labelled = (metadata: object) =>
		withRule(toPayments, (view) => {
			const pod = controlled("reports-1", { app: "payments" }, "reports");
			view.pods.push({ ...pod, metadata: { ...pod.metadata, ...metadata } });
		});
	expect(judge(mostForCheckout, labelled({})).verdict).toBe("fail");
	expect(judge(mostForCheckout, labelled({ deletionTimestamp: "2030-01-01T00:00:00Z" })).verdict).toBe("pass");
});

test("a lone pod that was there and was relabelled widens it too; a new one could carry any label", () => {
	const lone = (labels: Record<string, string>) => (view: Mutable) =>
		void view.pods.push({ metadata: { name: "tool", namespace: "shop", uid: "uid-tool", labels }, spec: { containers: [] } });
	const now = withRule(toPayments, lone({ app: "payments" }));
	expect(judge(mostForCheckout, now, cluster(lone({ run: "tool" }))).verdict).toBe("fail");
	expect(judge(mostForCheckout, now, cluster()).verdict).toBe("pass");
});

test("a namespace is the one that its name says, whatever labels it carries", () => {
	const toDns = { to: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } }, podSelector: dnsPods }] };
	const posing = withRule({ ...toDns, ports: dnsPorts }, (view) => {
		for (const { metadata } of view.namespaces)
			if (metadata?.name === "team-b") metadata.labels = { "kubernetes.io/metadata.name": "kube-system" };
	});
	expect(judge(mostForCheckout, posing).verdict).toBe("pass");
});
