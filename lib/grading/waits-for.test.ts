import { expect, test } from "vitest";
import { check } from "../scenarios/check-schema.ts";
import type { ScenarioInstance } from "../scenarios/instance.ts";
import { pod, shopView } from "./test-support/shop-view.ts";
import { waitsFor } from "./waits-for.ts";

const now = Date.parse("2030-01-01T12:00:00Z");
const ago = (seconds: number) => new Date(now - seconds * 1000);
const asked = check.parse({ type: "http", from: { deployment: "front" }, url: "http://catalog/", backends: [{ deployment: "catalog" }] });
const scenario = {
	namespace: "shop",
	access: { namespaces: ["shop"] },
	baselineObjects: [] as unknown[],
	objectives: [{ id: "list", title: "The list is shown", points: 10, check: asked }],
} as ScenarioInstance;
const waits = (change: Parameters<typeof shopView>[0]) => waitsFor("list", { scenario, view: shopView(change), now });

test("nothing is waited for in a lab that nobody has touched", () => {
	expect(waits(() => {})).toBeUndefined();
});

test("a rollout is told with its counts and how often readiness is asked", () => {
	const rolling = (bornAgo: number, status: object = {}) =>
		waits((view) => {
			const young = pod("catalog-3", "catalog", "10.0.0.13");
			Object.assign(young.metadata ?? {}, { creationTimestamp: ago(bornAgo) });
			Object.assign(young.status ?? {}, { conditions: [{ type: "Ready", status: "False" }], ...status });
			view.pods.splice(2, 1, young);
			Object.assign(view.deployments[1]?.status ?? {}, { availableReplicas: 1 });
		});
	expect(rolling(5)).toBe("rollout of Deployment catalog, 1 of 2 pods ready; readiness is asked every 10 s");
	// Stuck: no patience helps it.
	expect(rolling(60)).toBeUndefined();
	expect(rolling(15)).toContain("rollout of Deployment catalog");
	expect(rolling(15, { containerStatuses: [{ state: { waiting: { reason: "ErrImagePull" } } }] })).toBeUndefined();
});

test("a changed Service is on its way to the nodes for some seconds", () => {
	const changed = (seconds: number) =>
		waits((view) => void Object.assign(view.services[0]?.metadata ?? {}, { managedFields: [{ time: ago(seconds) }] }));
	expect(changed(2)).toBe("the nodes to take up Service catalog");
	expect(changed(30)).toBeUndefined();
});

test("a changed Corefile waits for the kubelet and for CoreDNS's own reload", () => {
	const changed = (seconds: number) =>
		waits((view) => {
			const dns = pod("coredns-1", "coredns", "10.0.0.2");
			Object.assign(dns.metadata ?? {}, { namespace: "kube-system" });
			Object.assign(dns.spec ?? {}, { volumes: [{ name: "config", configMap: { name: "coredns" } }] });
			Object.assign(dns.status ?? {}, { containerStatuses: [{ state: { running: { startedAt: ago(3600) } } }] });
			view.pods.push(dns);
			const written = { name: "coredns", namespace: "kube-system", managedFields: [{ time: ago(seconds) }] };
			view.configMaps.push({ metadata: written, data: { Corefile: ".:53 {\n}" } });
		});
	expect(changed(60)).toBe("CoreDNS to read its new Corefile");
	expect(changed(140)).toBeUndefined();
});

test("what happens in other namespaces is none of the objective's", () => {
	const elsewhere = { name: "x", namespace: "other", creationTimestamp: ago(1) };
	expect(waits((view) => void view.services.push({ metadata: elsewhere }))).toBeUndefined();
});
