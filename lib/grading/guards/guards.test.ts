import type { V1Container, V1Deployment } from "@kubernetes/client-node";
import { expect, test } from "vitest";
import type { GuardRule } from "../../scenarios/guard-schema.ts";
import { guardRule } from "../../scenarios/guard-schema.ts";
import type { ScenarioInstance } from "../../scenarios/instance.ts";
import type { KubeObject } from "../../scenarios/manifests.ts";
import { deployment, service, shopView } from "../test-support/shop-view.ts";
import { judgeGuards } from "./guards.ts";

type View = Parameters<NonNullable<Parameters<typeof shopView>[0]>>[0];

const baseline = [
	...["front", "catalog"].map((name) => ({ kind: "Deployment", ...deployment(name, name === "catalog" ? 2 : 1) })),
	{ kind: "Service", ...service("catalog") },
] as unknown as KubeObject[];

function judge(rule: object, change?: (view: View) => void) {
	const parsed: GuardRule = guardRule.parse(rule);
	const scenario = {
		namespace: "shop",
		baselineObjects: structuredClone(baseline).map((object) => ({ object, file: "", line: 1 })),
		guards: [{ id: "g", title: "g", rule: parsed }],
	} as unknown as ScenarioInstance;
	const [result] = judgeGuards({ scenario, view: shopView(change), before: undefined });
	return result;
}

const catalog = (view: View) => view.deployments.find(({ metadata }) => metadata?.name === "catalog") as V1Deployment;
const container = (view: View) => catalog(view).spec?.template.spec?.containers[0] as V1Container;

const appKept = { type: "app-kept", deployments: ["catalog"] };
test.each<[string, (view: View) => void, string | undefined]>([
	["nothing", () => {}, undefined],
	["a recreation with another uid and more replicas", (view) => void Object.assign(catalog(view).spec ?? {}, { replicas: 3 }), undefined],
	[
		"a probe that moved to another port",
		(view) => void Object.assign(container(view), { readinessProbe: { tcpSocket: { port: 9 } } }),
		undefined,
	],
	["a lost probe", (view) => void delete container(view).readinessProbe, "has lost its readinessProbe"],
	[
		"a probe that always succeeds",
		(view) => void Object.assign(container(view), { readinessProbe: { exec: { command: ["true"] } } }),
		"another kind of readinessProbe",
	],
	["another image", (view) => void Object.assign(container(view), { image: "nginx" }), "runs nginx instead of faultline.dev/shop:1"],
	[
		"a sidecar",
		(view) => void catalog(view).spec?.template.spec?.containers.push({ name: "proxy", image: "nginx" }),
		'further container "proxy" (nginx)',
	],
	["fewer replicas", (view) => void Object.assign(catalog(view).spec ?? {}, { replicas: 1 }), "has 1 replicas instead of 2"],
	["another variable", (view) => void container(view).env?.push({ name: "LISTEN", value: ":9" }), "another value of LISTEN"],
	["removal", (view) => void view.deployments.splice(1, 1), "Deployment catalog is gone"],
])("application kept: %s", (_, change, words) => {
	const result = judge(appKept, change);
	expect(result?.verdict).toBe(words ? "fail" : "pass");
	if (words) expect(result?.message).toContain(words);
});

test("application kept: a listed variable may change", () => {
	expect(
		judge({ ...appKept, mayChangeEnv: ["LISTEN"] }, (view) => void container(view).env?.push({ name: "LISTEN", value: ":9" }))?.verdict,
	).toBe("pass");
});

test.each<[string, (view: View) => void, string | undefined]>([
	["a new cluster address", (view) => void Object.assign(view.services[0]?.spec ?? {}, { clusterIP: "10.96.9.9" }), undefined],
	[
		"another type",
		(view) => void Object.assign(view.services[0]?.spec ?? {}, { type: "NodePort" }),
		"was of type ClusterIP and is now NodePort",
	],
	["another port", (view) => void Object.assign(view.services[0]?.spec ?? {}, { ports: [{ port: 8080 }] }), "has lost port 80/TCP"],
	["unready pods offered", (view) => void Object.assign(view.services[0]?.spec ?? {}, { publishNotReadyAddresses: true }), "not ready"],
])("services kept: %s", (_, change, words) => {
	const result = judge({ type: "services-kept", services: ["catalog"] }, change);
	expect(result?.verdict).toBe(words ? "fail" : "pass");
	if (words) expect(result?.message).toContain(words);
});

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
		"hostAliases entry: x is the address 10.0.0.1",
	],
	[
		"an own EndpointSlice",
		(view) => void Object.assign(view.endpointSlices[0]?.metadata ?? {}, { labels: { "kubernetes.io/service-name": "catalog" } }),
		"EndpointSlice catalog-abc is written by hand",
	],
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

test("a field of an object", () => {
	const rule = { type: "object", target: "deployment/catalog", path: "spec.template.spec.containers.0.image" };
	expect(judge({ ...rule, equals: "faultline.dev/shop:1" })?.verdict).toBe("pass");
	expect(judge({ ...rule, equals: "x" })?.message).toContain('is "faultline.dev/shop:1" instead of "x"');
	expect(judge({ ...rule, absent: true })?.verdict).toBe("fail");
	expect(judge({ ...rule, path: "spec.replicas", atLeast: 3 })?.message).toContain("is 2, at least 3 is needed");
});
