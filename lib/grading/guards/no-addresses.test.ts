import { expect, test } from "vitest";
import { baseline, catalog, container, judge, judgeWith, template, type View } from "../test-support/judge-guard.ts";

test.each<[string, (view: View) => void, string | undefined]>([
	[
		"loopback and names",
		(view) => void container(view).env?.push({ name: "A", value: "0.0.0.0:80 127.0.0.1 http://catalog v1.2.3" }),
		undefined,
	],
	[
		"a variable",
		(view) => void container(view).env?.push({ name: "A", value: "http://10.0.0.11:8080" }),
		"Deployment catalog (A) holds the address 10.0.0.11",
	],
	[
		"a dashed pod name",
		(view) => void container(view).env?.push({ name: "A", value: "10-0-0-11.shop.pod.cluster.local" }),
		"10-0-0-11.shop.pod",
	],
	[
		"a ConfigMap",
		(view) => void view.configMaps.push({ metadata: { name: "c", namespace: "shop" }, data: { k: "10.0.0.11" } }),
		"ConfigMap c (k)",
	],
	[
		"a hosts entry",
		(view) => void Object.assign(catalog(view).spec?.template.spec ?? {}, { hostAliases: [{ ip: "10.0.0.1", hostnames: ["x"] }] }),
		"(hostAliases entry: x) holds the address 10.0.0.1",
	],
	[
		"an own EndpointSlice",
		(view) => void Object.assign(view.endpointSlices[0]?.metadata ?? {}, { labels: { "kubernetes.io/service-name": "catalog" } }),
		"EndpointSlice catalog-abc is written by hand",
	],
	[
		"a StatefulSet",
		(view) =>
			void view.statefulSets.push({
				metadata: { name: "db", namespace: "shop" },
				spec: { selector: {}, serviceName: "db", template: { spec: { containers: [{ name: "db", args: ["--join=10.0.0.11"] }] } } },
			}),
		"StatefulSet db (command) holds the address 10.0.0.11",
	],
	[
		"an address at the end of a name",
		(view) => void container(view).env?.push({ name: "A", value: "http://10.0.0.11.nip.io/" }),
		"10.0.0.11",
	],
	[
		"a dashed name of another domain",
		(view) => void container(view).env?.push({ name: "A", value: "10-0-0-11.catalog.shop.svc" }),
		"10-0-0-11.catalog.shop.svc",
	],
	["an address as one number", (view) => void container(view).env?.push({ name: "A", value: "http://167772171:80/" }), "167772171"],
	[
		"a resolver",
		(view) => void Object.assign(template(view), { dnsConfig: { nameservers: ["10.96.0.10"] } }),
		"(dnsConfig) holds the address 10.96.0.10",
	],
	[
		"an external name",
		(view) =>
			void view.services.push({ metadata: { name: "e", namespace: "shop" }, spec: { type: "ExternalName", externalName: "10.0.0.1" } }),
		"Service e (externalName)",
	],
	[
		"legacy Endpoints",
		(view) => void view.endpoints.push({ metadata: { name: "e", namespace: "shop" }, subsets: [{ addresses: [{ ip: "10.0.0.11" }] }] }),
		"Endpoints e is written by hand",
	],
	[
		"the controller's own Endpoints",
		(view) =>
			void view.endpoints.push({
				metadata: { name: "e", namespace: "shop", labels: { "endpoints.kubernetes.io/managed-by": "endpoint-controller" } },
				subsets: [{ addresses: [{ ip: "10.0.0.11" }] }],
			}),
		undefined,
	],
	[
		"a Corefile",
		(view) =>
			void view.configMaps.push({
				metadata: { name: "coredns", namespace: "kube-system" },
				data: { Corefile: "hosts {\n 10.0.0.11 x\n}" },
			}),
		"CoreDNS's Corefile holds the address 10.0.0.11",
	],
	[
		"a pod's address in a policy",
		(view) => void view.networkPolicies.push(block("10.0.0.11/32")),
		"NetworkPolicy p (ipBlock) holds the address 10.0.0.11",
	],
	[
		"a Service's address in a policy",
		(view) => {
			Object.assign(view.services[0]?.spec ?? {}, { clusterIP: "10.96.0.9" });
			view.networkPolicies.push(block("10.96.0.9/32"));
		},
		"NetworkPolicy p (ipBlock)",
	],
	[
		"a node's address in a policy",
		(view) => void view.networkPolicies.push(block("172.30.0.2/32")),
		"NetworkPolicy p (ipBlock) holds the address 172.30.0.2",
	],
	[
		"a pod's address as a source in a policy",
		(view) =>
			void view.networkPolicies.push({
				...block("203.0.113.9/32"),
				spec: { podSelector: {}, ingress: [{ _from: [{ ipBlock: { cidr: "10.0.0.11/32" } }] }] },
			}),
		"NetworkPolicy p (ipBlock) holds the address 10.0.0.11",
	],
	["half of a small network in a policy", (view) => void view.networkPolicies.push(block("10.0.0.0/25")), "(ipBlock)"],
	["a small network in a policy, of 256 addresses", (view) => void view.networkPolicies.push(block("10.0.0.0/24")), undefined],
	[
		"a hook",
		(view) =>
			void Object.assign(container(view), {
				lifecycle: { postStart: { exec: { command: ["sh", "-c", "echo 10.0.0.11 x >> /etc/hosts"] } } },
			}),
		"Deployment catalog (lifecycle) holds the address 10.0.0.11",
	],
	[
		"an init container",
		(view) => void Object.assign(template(view), { initContainers: [{ name: "i", args: ["10.0.0.11"] }] }),
		"Deployment catalog (command) holds the address 10.0.0.11",
	],
	[
		"a DaemonSet",
		(view) => void view.daemonSets.push({ metadata: { name: "d", namespace: "shop" }, spec: { selector: {}, template: withArg } }),
		"DaemonSet d (command) holds the address 10.0.0.11",
	],
	[
		"a ReplicaSet of nobody's",
		(view) => void view.replicaSets.push({ metadata: { name: "r", namespace: "shop" }, spec: { selector: {}, template: withArg } }),
		"ReplicaSet r (command) holds the address 10.0.0.11",
	],
	[
		"a lone pod",
		(view) => void view.pods.push({ metadata: { name: "l", namespace: "shop" }, ...withArg }),
		"pod l (command) holds the address 10.0.0.11",
	],
	[
		"an Ingress's annotation",
		(view) => void view.ingresses.push({ metadata: { name: "i", namespace: "shop", annotations: { "x/upstream": "10.0.0.11" } } }),
		"Ingress i holds the address 10.0.0.11",
	],
	[
		"what a Deployment's own pods and ReplicaSets repeat",
		(view) => {
			const owned = { ownerReferences: [{ apiVersion: "v1", kind: "x", name: "x", uid: "x" }] };
			view.replicaSets.push({ metadata: { name: "r", namespace: "shop", ...owned }, spec: { selector: {}, template: withArg } });
			view.pods.push({ metadata: { name: "l", namespace: "shop", ...owned }, ...withArg });
		},
		undefined,
	],
	["a network in a policy, which is a matter of its width", (view) => void view.networkPolicies.push(block("10.0.0.0/16")), undefined],
	["an address of the world outside in a policy", (view) => void view.networkPolicies.push(block("203.0.113.9/32")), undefined],
	[
		"another namespace's business",
		(view) => void view.configMaps.push({ metadata: { name: "c", namespace: "other" }, data: { k: "10.0.0.11" } }),
		undefined,
	],
])("no addresses: %s", (_, change, words) => {
	const result = judge({ type: "no-addresses" }, change);
	expect(result?.verdict).toBe(words ? "fail" : "pass");
	if (words) expect(result?.message).toContain(words);
});

const withArg = { spec: { containers: [{ name: "c", args: ["10.0.0.11"] }] } };
const block = (cidr: string) => ({
	metadata: { name: "p", namespace: "shop" },
	spec: { podSelector: {}, egress: [{ to: [{ ipBlock: { cidr } }] }] },
});

test("no addresses: the story's own may be written", () => {
	const write = (view: View) => void container(view).env?.push({ name: "A", value: "203.0.113.9" });
	expect(judge({ type: "no-addresses" }, write)).toMatchObject({ verdict: "fail" });
	expect(judge({ type: "no-addresses", allow: ["203.0.113.9"] }, write)).toMatchObject({ verdict: "pass" });
});

test("no addresses: what the baseline has written may stand anywhere", () => {
	const further = structuredClone(baseline);
	for (const object of further.slice(1, 2)) Object.assign(object.spec ?? {}, { upstream: "203.0.113.9" });
	const write = (view: View) => void container(view).env?.push({ name: "A", value: "203.0.113.9" });
	expect(judgeWith(further, { type: "no-addresses" }, write)).toMatchObject({ verdict: "pass" });
});
