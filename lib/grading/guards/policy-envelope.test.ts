import { expect, test } from "vitest";
import { cluster, dnsPods, dnsPorts, isolation, judge, mostForCheckout, policy, system, withRule } from "../test-support/policy-cluster.ts";

test.each<[string, object]>([
	["kube-dns by namespace and label", { to: [{ namespaceSelector: system, podSelector: dnsPods }], ports: dnsPorts }],
	[
		"kube-dns by expressions",
		{
			to: [
				{
					namespaceSelector: { matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values: ["kube-system"] }] },
					podSelector: { matchExpressions: [{ key: "k8s-app", operator: "In", values: ["kube-dns"] }] },
				},
			],
			ports: dnsPorts,
		},
	],
	[
		"kube-dns by named ports",
		{
			to: [{ namespaceSelector: system, podSelector: dnsPods }],
			ports: [
				{ protocol: "UDP", port: "dns" },
				{ protocol: "TCP", port: "dns-tcp" },
			],
		},
	],
	[
		"one port as a range of one",
		{ to: [{ namespaceSelector: system, podSelector: dnsPods }], ports: [{ protocol: "UDP", port: 53, endPort: 53 }] },
	],
	["a port without protocol, which means TCP", { to: [{ namespaceSelector: system, podSelector: dnsPods }], ports: [{ port: 53 }] }],
	["one label of payments", { to: [{ podSelector: { matchLabels: { app: "payments" } } }], ports: [{ port: 8080 }] }],
	["both labels of payments", { to: [{ podSelector: { matchLabels: { app: "payments", tier: "api" } } }], ports: [{ port: 8080 }] }],
	["the Service's address, which no policy ever sees", { to: [{ ipBlock: { cidr: "10.96.0.10/32" } }], ports: dnsPorts }],
	[
		"a spent attempt by a namespace label that nobody has",
		{ to: [{ namespaceSelector: { matchLabels: { name: "kube-system" } }, podSelector: dnsPods }], ports: dnsPorts },
	],
	[
		"a selector that nothing can fit",
		{ to: [{ podSelector: { matchLabels: { app: "x" }, matchExpressions: [{ key: "app", operator: "DoesNotExist" }] } }] },
	],
])("a policy within its envelope: %s", (_, rule) => {
	expect(judge(mostForCheckout, withRule(rule))).toMatchObject({ verdict: "pass" });
});

test.each<[string, object, string]>([
	["everything", {}, "lets checkout reach everyone, inside the cluster and outside on every port"],
	["port 53 of everybody", { ports: dnsPorts }, "reach everyone, inside the cluster and outside on UDP/53 and TCP/53"],
	["an empty list of peers", { to: [], ports: dnsPorts }, "reach everyone"],
	["every namespace", { to: [{ namespaceSelector: {} }], ports: dnsPorts }, "reach every pod of every namespace on UDP/53 and TCP/53"],
	[
		"the label in any namespace",
		{ to: [{ namespaceSelector: {}, podSelector: dnsPods }], ports: dnsPorts },
		"pods with k8s-app=kube-dns of every namespace",
	],
	["all of kube-system", { to: [{ namespaceSelector: system }], ports: dnsPorts }, "every pod of namespace kube-system"],
	[
		"namespace or label instead of namespace and label",
		{ to: [{ namespaceSelector: system }, { podSelector: dnsPods }], ports: dnsPorts },
		"every pod of namespace kube-system on UDP/53 and TCP/53",
	],
	[
		"any pod with the label's key",
		{ to: [{ namespaceSelector: system, podSelector: { matchExpressions: [{ key: "k8s-app", operator: "Exists" }] } }], ports: dnsPorts },
		"pods with k8s-app there of namespace kube-system on UDP/53 and TCP/53 (DaemonSet kube-proxy among them)",
	],
	[
		"any namespace but one",
		{
			to: [
				{
					namespaceSelector: { matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "NotIn", values: ["shop", "team-b"] }] },
					podSelector: dnsPods,
				},
			],
			ports: dnsPorts,
		},
		"kubernetes.io/metadata.name not in (shop, team-b)",
	],
	["every port of kube-dns", { to: [{ namespaceSelector: system, podSelector: dnsPods }] }, "on every port; no more than"],
	[
		"every UDP port",
		{ to: [{ namespaceSelector: system, podSelector: dnsPods }], ports: [{ protocol: "UDP" }] },
		"of namespace kube-system on every UDP port",
	],
	[
		"a range of ports",
		{ to: [{ namespaceSelector: system, podSelector: dnsPods }], ports: [{ protocol: "UDP", port: 53, endPort: 5353 }] },
		"UDP/53-5353",
	],
	[
		"the port of one peer to the other",
		{ to: [{ podSelector: { matchLabels: { app: "payments" } } }], ports: dnsPorts },
		"pods with app=payments",
	],
	[
		"a label that another workload carries too",
		{ to: [{ podSelector: { matchLabels: { tier: "api" } } }], ports: [{ port: 8080 }] },
		"pods with tier=api of namespace shop on TCP/8080 (Deployment reports among them)",
	],
	["every address", { to: [{ ipBlock: { cidr: "0.0.0.0/0" } }], ports: dnsPorts }, "0.0.0.0/0, whoever has those addresses, on UDP/53"],
	[
		"every address but some",
		{ to: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["169.254.0.0/16"] } }], ports: dnsPorts },
		"0.0.0.0/0 except 169.254.0.0/16",
	],
	["a pod's address", { to: [{ ipBlock: { cidr: "10.244.0.5/32" } }], ports: dnsPorts }, "10.244.0.5/32"],
	[
		"a label that nobody has yet, on any port",
		{ to: [{ podSelector: { matchLabels: { exfil: "true" } } }] },
		"pods with exfil=true of namespace shop on every port",
	],
])("a policy wider than its envelope: %s", (_, rule, words) => {
	const result = judge(mostForCheckout, withRule(rule));
	expect(result.verdict).toBe("fail");
	expect(result.message).toContain(words);
});

test("says what is needed besides what is too wide", () => {
	expect(judge(mostForCheckout, withRule({ to: [{ namespaceSelector: {} }] })).message).toBe(
		"NetworkPolicy allow lets checkout reach every pod of every namespace on every port; no more than pods with k8s-app=kube-dns of namespace kube-system on UDP/53 and TCP/53; and payments on TCP/8080 is needed.",
	);
});

test("policies add up: a narrow one does not narrow a wide one, wherever the wide one comes from", () => {
	const view = withRule({ to: [{ namespaceSelector: system, podSelector: dnsPods }], ports: dnsPorts });
	const all = {
		...view,
		networkPolicies: [...view.networkPolicies, policy({ podSelector: {}, policyTypes: ["Egress"], egress: [{}] }, "open")],
	};
	expect(judge(mostForCheckout, all).message).toContain("NetworkPolicy open lets checkout reach everyone");
});

test("without a policy that isolates the pods nothing is restricted", () => {
	expect(judge(mostForCheckout, cluster()).message).toBe("No NetworkPolicy isolates checkout: egress is not restricted at all.");
	const ingressOnly = cluster((view) => view.networkPolicies.push(policy({ podSelector: {}, policyTypes: ["Ingress"], egress: [] })));
	expect(judge(mostForCheckout, ingressOnly).verdict).toBe("fail");
	const typesLeftOut = cluster((view) =>
		view.networkPolicies.push(
			policy({ podSelector: {}, egress: [{ to: [{ podSelector: { matchLabels: { app: "payments" } } }], ports: [{ port: 8080 }] }] }),
		),
	);
	expect(judge(mostForCheckout, typesLeftOut).verdict).toBe("pass");
});

test("a policy of another namespace or for other pods is no business of these", () => {
	const view = withRule({ to: [{ podSelector: { matchLabels: { app: "payments" } } }], ports: [{ port: 8080 }] }, ({ networkPolicies }) => {
		networkPolicies.push(policy({ podSelector: {}, policyTypes: ["Egress"], egress: [{}] }, "theirs", "team-b"));
		networkPolicies.push(policy({ podSelector: { matchLabels: { app: "reports" } }, policyTypes: ["Egress"], egress: [{}] }, "reports"));
	});
	expect(judge(mostForCheckout, view).verdict).toBe("pass");
});

test("relabelling the pods' template so that the policy loses them counts as a change of policy", () => {
	const only = policy({ podSelector: { matchLabels: { app: "checkout" } }, policyTypes: ["Egress"] });
	const view = (label: string) =>
		cluster((all) => {
			all.networkPolicies.push(only);
			Object.assign(all.deployments[0]?.spec?.template.metadata ?? {}, { labels: { app: label } });
		});
	expect(judge(mostForCheckout, view("checkout")).verdict).toBe("pass");
	expect(judge(mostForCheckout, view("free")).message).toContain("not restricted at all");
});

test("a label put on one running pod by hand counts as well", () => {
	const open = policy({ podSelector: { matchLabels: { bypass: "yes" } }, policyTypes: ["Egress"], egress: [{}] }, "bypass");
	const rule = { to: [{ podSelector: { matchLabels: { app: "payments" } } }], ports: [{ port: 8080 }] };
	const view = (labels: Record<string, string>) =>
		withRule(rule, (all) => {
			const owner = { apiVersion: "apps/v1", kind: "Deployment", name: "checkout", uid: "d", controller: true };
			all.networkPolicies.push(open);
			all.replicaSets.push({ metadata: { name: "checkout-1", namespace: "shop", uid: "rs", ownerReferences: [owner] } });
			all.pods.push({
				metadata: {
					name: "p",
					namespace: "shop",
					labels,
					ownerReferences: [{ ...owner, kind: "ReplicaSet", name: "checkout-1", uid: "rs" }],
				},
			});
		});
	expect(judge(mostForCheckout, view({ app: "checkout" })).verdict).toBe("pass");
	expect(judge(mostForCheckout, view({ app: "checkout", bypass: "yes" })).message).toContain("NetworkPolicy bypass");
});

test("another workload that takes on a meant workload's label is let through too", () => {
	const rule = { to: [{ podSelector: { matchLabels: { app: "payments" } } }], ports: [{ port: 8080 }] };
	const view = withRule(rule, (all) => {
		Object.assign(all.deployments[2]?.spec?.template.metadata ?? {}, { labels: { app: "payments" } });
	});
	expect(judge(mostForCheckout, view).message).toContain("Deployment reports among them");
});

test("a namespace that takes on a selected label is let through too", () => {
	const rule = { to: [{ namespaceSelector: { matchLabels: { role: "dns" } }, podSelector: dnsPods }], ports: dnsPorts };
	const labelled = (...names: string[]) =>
		withRule(rule, (all) => {
			for (const { metadata } of all.namespaces)
				if (names.includes(metadata?.name ?? "")) Object.assign(metadata?.labels ?? {}, { role: "dns" });
		});
	expect(judge(mostForCheckout, labelled("kube-system")).verdict).toBe("pass");
	expect(judge(mostForCheckout, labelled("kube-system", "team-b")).verdict).toBe("fail");
});

test("moving to the node's own network escapes every policy", () => {
	const view = withRule({}, (all) => {
		all.networkPolicies = [isolation];
		Object.assign(all.deployments[0]?.spec?.template.spec ?? {}, { hostNetwork: true });
	});
	expect(judge(mostForCheckout, view).message).toBe("Deployment checkout runs in the node's own network, where no NetworkPolicy holds.");
});

test("a rule that the fault left and that reaches nobody is not held against the repair", () => {
	const dead = { to: [{ podSelector: { matchLabels: { app: "paymentz" } } }] };
	expect(judge(mostForCheckout, withRule(dead), withRule(dead)).verdict).toBe("pass");
	const alive = { to: [{ podSelector: { matchLabels: { app: "reports" } } }] };
	expect(judge(mostForCheckout, withRule(alive), withRule(alive)).verdict).toBe("fail");
});

test("a named port means what the pods of now call so", () => {
	const rule = { to: [{ podSelector: { matchLabels: { app: "payments" } } }], ports: [{ port: "http" }] };
	expect(judge(mostForCheckout, withRule(rule)).verdict).toBe("pass");
	const renamed = withRule(rule, (all) => {
		all.deployments[1]?.spec?.template.spec?.containers[0]?.ports?.push({ name: "http", containerPort: 9000 });
	});
	expect(judge(mostForCheckout, renamed).message).toContain('on TCP port "http"');
});

test("every pod of a namespace, those of the future too, must be isolated", () => {
	const rule = { ...mostForCheckout, of: { pods: {} } };
	const two = (second: "DoesNotExist" | "NotIn") =>
		cluster((view) => {
			const [exists, other] = [
				{ key: "app", operator: "Exists" },
				{ key: "app", operator: second, ...(second === "NotIn" ? { values: ["x"] } : {}) },
			];
			view.networkPolicies.push(policy({ podSelector: { matchExpressions: [exists] }, policyTypes: ["Egress"] }));
			view.networkPolicies.push(policy({ podSelector: { matchExpressions: [other] }, policyTypes: ["Egress"] }));
		});
	expect(judge(rule, two("DoesNotExist")).verdict).toBe("pass");
	const some = cluster((view) =>
		view.networkPolicies.push(policy({ podSelector: { matchExpressions: [{ key: "app", operator: "Exists" }] }, policyTypes: ["Egress"] })),
	);
	expect(judge(rule, some).message).toContain("No NetworkPolicy isolates every pod of namespace shop");
	const bypass = cluster((view) => {
		view.networkPolicies.push(
			isolation,
			policy({ podSelector: { matchLabels: { bypass: "yes" } }, policyTypes: ["Egress"], egress: [{}] }, "bypass"),
		);
	});
	expect(judge(rule, bypass).message).toContain("NetworkPolicy bypass");
});

test("ingress: who may come, with the client's spelling of `from`", () => {
	const rule = {
		type: "policy-envelope",
		of: { deployment: "payments" },
		direction: "ingress",
		most: [{ peer: { deployment: "checkout" }, ports: ["TCP/8080"] }],
	};
	const view = (from: object[]) =>
		cluster((all) =>
			all.networkPolicies.push(
				policy({
					podSelector: { matchLabels: { app: "payments" } },
					policyTypes: ["Ingress"],
					ingress: [{ _from: from, ports: [{ port: "http" } as never] }],
				}),
			),
		);
	expect(judge(rule, view([{ podSelector: { matchLabels: { app: "checkout" } } }])).verdict).toBe("pass");
	expect(judge(rule, view([{ podSelector: {} }])).message).toBe(
		'NetworkPolicy allow lets every pod of namespace shop reach payments on TCP port "http"; no more than checkout on TCP/8080 is needed.',
	);
});

test("an address range of the envelope bears what lies within it", () => {
	const rule = { ...mostForCheckout, most: [{ peer: { cidr: "203.0.113.0/24" }, ports: ["TCP/443"] }] };
	const block = (cidr: string, except: string[] = []) => withRule({ to: [{ ipBlock: { cidr, except } }], ports: [{ port: 443 }] });
	expect(judge(rule, block("203.0.113.128/25")).verdict).toBe("pass");
	expect(judge(rule, block("203.0.112.0/23", ["203.0.112.0/24"])).verdict).toBe("pass");
	expect(judge(rule, block("203.0.112.0/23")).verdict).toBe("fail");
	expect(judge(rule, block("2001:db8::/32")).verdict).toBe("fail");
});

test("a scenario may accept a label in any namespace", () => {
	const rule = { ...mostForCheckout, most: [{ peer: { pods: { "k8s-app": "kube-dns" }, namespace: "*" }, ports: ["UDP/53", "TCP/53"] }] };
	expect(judge(rule, withRule({ to: [{ namespaceSelector: {}, podSelector: dnsPods }], ports: dnsPorts })).verdict).toBe("pass");
	expect(judge(rule, withRule({ to: [{ namespaceSelector: {} }], ports: dnsPorts })).verdict).toBe("fail");
});
