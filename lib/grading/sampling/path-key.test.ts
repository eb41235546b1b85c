import { expect, test } from "vitest";
import { shopView } from "../test-support/shop-view.ts";
import { pathKey } from "./path-key.ts";

const before = pathKey(shopView());
type Change = NonNullable<Parameters<typeof shopView>[0]>;

test.each<[string, Change]>([
	["a Service's selector", (view) => void Object.assign(view.services[0]?.spec ?? {}, { selector: { app: "indexer" } })],
	[
		"an endpoint that is no longer ready",
		(view) => void Object.assign(view.endpointSlices[0]?.endpoints?.[0]?.conditions ?? {}, { ready: false }),
	],
	[
		"a ConfigMap's data",
		(view) => void view.configMaps.push({ metadata: { name: "coredns", namespace: "kube-system" }, data: { Corefile: "." } }),
	],
	["a pod's labels", (view) => void Object.assign(view.pods[0]?.metadata ?? {}, { labels: { role: "dns" } })],
	["a pod that is leaving", (view) => void Object.assign(view.pods[0]?.metadata ?? {}, { deletionTimestamp: "2030-01-01T00:00:00Z" })],
	["a recreated pod", (view) => void Object.assign(view.pods[0]?.metadata ?? {}, { uid: "another" })],
	[
		"a NetworkPolicy",
		(view) => void view.networkPolicies.push({ metadata: { name: "deny", namespace: "shop" }, spec: { podSelector: {} } }),
	],
	["a new namespace", (view) => void view.namespaces.push({ metadata: { name: "other" } })],
	["a pod's address", (view) => void Object.assign(view.pods[0]?.status ?? {}, { podIP: "10.0.0.99" })],
	["a pod's image", (view) => void Object.assign(view.pods[0]?.spec?.containers[0] ?? {}, { image: "debug:1" })],
	["a pod that moves to the node's network", (view) => void Object.assign(view.pods[0]?.spec ?? {}, { hostNetwork: true })],
	["an Ingress", (view) => void view.ingresses.push({ metadata: { name: "shop", namespace: "shop" } })],
	["an IngressClass", (view) => void view.ingressClasses.push({ metadata: { name: "traefik" } })],
	["a DaemonSet", (view) => void view.daemonSets.push({ metadata: { name: "agent", namespace: "kube-system" } })],
	["a StatefulSet", (view) => void view.statefulSets.push({ metadata: { name: "db", namespace: "shop" } })],
	["a node", (view) => void view.nodes.push({ name: "node-2", address: "172.30.0.3" })],
	["the port of endpoints", (view) => void Object.assign(view.endpointSlices[0] ?? {}, { ports: [{ name: "http", port: 81 }] })],
	[
		"the Service that endpoints belong to",
		(view) => void Object.assign(view.endpointSlices[0]?.metadata?.labels ?? {}, { "kubernetes.io/service-name": "other" }),
	],
	["a Deployment's template", (view) => void Object.assign(view.deployments[0]?.metadata ?? {}, { generation: 2 })],
])("%s restarts the test", (_, change) => {
	expect(pathKey(shopView(change))).not.toBe(before);
});

test.each<[string, Change]>([
	["a status", (view) => void Object.assign(view.deployments[0]?.status ?? {}, { conditions: [{ type: "Progressing", status: "True" }] })],
	["a new resource version", (view) => void Object.assign(view.services[0]?.metadata ?? {}, { resourceVersion: "17", managedFields: [] })],
	[
		"a condition's heartbeat",
		(view) => void Object.assign(view.pods[0]?.status?.conditions?.[0] ?? {}, { lastProbeTime: "2030-01-01T00:00:00Z" }),
	],
	[
		"the time of an endpoint's last change",
		(view) =>
			void Object.assign(view.endpointSlices[0]?.metadata ?? {}, {
				annotations: { "endpoints.kubernetes.io/last-change-trigger-time": "x" },
			}),
	],
	["the order of a list", (view) => void view.pods.reverse()],
])("%s does not", (_, change) => {
	expect(pathKey(shopView(change))).toBe(before);
});

test("objects that were watched are the same as those that were listed, though their keys come in another order", () => {
	const turned = (value: unknown): unknown => {
		if (value === null || typeof value !== "object") return value;
		if (Array.isArray(value)) return value.map(turned);
		return {
			...Object.fromEntries(
				Object.entries(value)
					.reverse()
					.map(([key, one]) => [key, turned(one)]),
			),
			creationTimestamp: null,
		};
	};
	expect(pathKey(turned(shopView()) as ReturnType<typeof shopView>)).toBe(before);
});
