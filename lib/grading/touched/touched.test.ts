import type { V1Deployment } from "@kubernetes/client-node";
import { expect, test } from "vitest";
import type { ClusterView } from "../cluster-view.ts";
import { pod, service, shopView, slice } from "../test-support/shop-view.ts";
import { touchedObjects } from "./touched.ts";

type View = Parameters<NonNullable<Parameters<typeof shopView>[0]>>[0];

function touched(change: (view: View) => void, prepare: (view: View) => void = () => {}) {
	const now = shopView((view) => {
		prepare(view);
		change(view);
	});
	return touchedObjects(shopView(prepare), now);
}
const catalog = (view: View) => view.deployments[1] as V1Deployment;

test("nothing is touched where nothing changed, and before the fault nothing can be told", () => {
	expect(touched(() => {})).toEqual([]);
	expect(touchedObjects(undefined, shopView())).toEqual([]);
});

test("what controllers, the API server and rollouts write is nobody's doing", () => {
	const quiet = touched((view) => {
		Object.assign(catalog(view), { status: { replicas: 9 } });
		Object.assign(catalog(view).metadata ?? {}, {
			...{ generation: 7, resourceVersion: "9", managedFields: [{}] },
			annotations: { "deployment.kubernetes.io/revision": "2", "kubectl.kubernetes.io/last-applied-configuration": "{}" },
		});
		Object.assign(catalog(view).spec?.template ?? {}, { metadata: { annotations: { "kubectl.kubernetes.io/restartedAt": "now" } } });
		Object.assign(catalog(view).spec ?? {}, { revisionHistoryLimit: 10, progressDeadlineSeconds: 600 });
		Object.assign(catalog(view).spec?.template.spec ?? {}, { dnsPolicy: "ClusterFirst", restartPolicy: "Always" });
		view.pods.push(pod("catalog-3", "catalog", "10.0.0.13"));
		view.pods.splice(1, 1);
		view.endpointSlices.push(slice("other", ["10.0.0.1"]));
		view.configMaps.push({ metadata: { name: "kube-root-ca.crt", namespace: "shop", uid: "1" }, data: {} });
	});
	expect(quiet).toEqual([]);
});

test("a pod that its controller has made anew under the same name is nobody's doing", () => {
	expect(touched((view) => void Object.assign(view.pods[1]?.metadata ?? {}, { uid: "new", labels: { a: "b" } }))).toEqual([]);
	expect(touched((view) => void Object.assign(view.pods[1]?.metadata ?? {}, { labels: { a: "b" } }))).toHaveLength(1);
});

test("changed fields go by their paths", () => {
	const selector = (value: string) => (view: View) => void Object.assign(view.services[0]?.spec ?? {}, { selector: { app: value } });
	const labelled = (view: View) => {
		selector("wrong")(view);
		Object.assign(catalog(view).spec?.template ?? {}, { metadata: { labels: { app: "catalog" } } });
	};
	expect(touched(selector("catalog"), labelled)).toEqual([
		{ object: "Service catalog (namespace shop)", change: "changed", fields: ["spec.selector.app"], reach: "sends to Deployment catalog" },
	]);
	const image = touched((view) => void Object.assign(catalog(view).spec?.template.spec?.containers[0] ?? {}, { image: "nginx" }));
	expect(image).toMatchObject([{ fields: ["spec.template.spec.containers.catalog.image"] }]);
});

test("created, deleted and recreated objects are told apart", () => {
	const found = touched((view) => {
		Object.assign(catalog(view).metadata ?? {}, { uid: "another" });
		view.deployments.splice(0, 1);
		view.services.push({
			...service("catalog-2"),
			spec: { ports: [{ port: 80, nodePort: 30080 }], selector: { app: "x" }, externalIPs: ["192.0.2.1"] },
		});
	});
	expect(found).toEqual([
		{ object: "Deployment catalog (namespace shop)", change: "recreated", fields: [], reach: "" },
		{ object: "Deployment front (namespace shop)", change: "deleted", fields: [], reach: "" },
		{
			...{ object: "Service catalog-2 (namespace shop)", change: "created", fields: [] },
			reach: "selects no pod; open outside on port 30080 of every node; claims the addresses 192.0.2.1 outside",
		},
	]);
});

test("labels put on a running pod by hand are told, the pod itself is not", () => {
	const found = touched((view) => void Object.assign(view.pods[1]?.metadata ?? {}, { labels: { role: "web" } }));
	expect(found).toMatchObject([{ object: "Pod catalog-1 (namespace shop)", change: "changed", fields: ["labels.role"] }]);
});

test("a container put into a running pod to debug it, and another image there, are told", () => {
	const found = touched((view) => {
		Object.assign(view.pods[1]?.spec ?? {}, { ephemeralContainers: [{ name: "redirect", image: "netshoot:1" }] });
		Object.assign(view.pods[2]?.spec?.containers[0] ?? {}, { image: "other:1" });
	});
	expect(found.map(({ object, fields }) => [object, ...fields])).toEqual([
		["Pod catalog-1 (namespace shop)", "spec.ephemeralContainers"],
		["Pod catalog-2 (namespace shop)", "spec.containers.catalog.image"],
	]);
});

test("a hand-written EndpointSlice and a pod of its own are told", () => {
	const found = touched((view) => {
		view.endpointSlices.push({ metadata: { name: "mine", namespace: "shop", labels: {} }, addressType: "IPv4", endpoints: [] });
		view.pods.push({ metadata: { name: "proxy", namespace: "shop" }, spec: { hostNetwork: true, containers: [] } });
	});
	expect(found.map(({ object, reach }) => [object, reach])).toEqual([
		["EndpointSlice mine (namespace shop)", ""],
		["Pod proxy (namespace shop)", "outside: it runs in the node's own network"],
	]);
});

test("how far a policy, a namespace's labels, a ConfigMap and cluster DNS reach", () => {
	const found = touched((view) => {
		view.networkPolicies.push({
			metadata: { name: "allow", namespace: "shop" },
			spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"], egress: [{ to: [{ namespaceSelector: {} }] }] },
		});
		view.namespaces.push({ metadata: { name: "shop", labels: { team: "a" } } });
		view.configMaps.push({ metadata: { name: "coredns", namespace: "kube-system" }, data: { Corefile: "." } });
		view.configMaps.push({ metadata: { name: "settings", namespace: "shop" }, data: {} });
		Object.assign(catalog(view).spec?.template.spec ?? {}, { volumes: [{ name: "v", configMap: { name: "settings" } }] });
	});
	expect(Object.fromEntries(found.map(({ object, reach }) => [object, reach]))).toEqual({
		"NetworkPolicy allow (namespace shop)":
			"isolates every pod of namespace shop; allows no ingress and egress to every pod of every namespace",
		"Namespace shop": "every pod of namespace shop",
		"ConfigMap coredns (namespace kube-system)": "the whole cluster",
		"ConfigMap settings (namespace shop)": "Deployment catalog",
		"Deployment catalog (namespace shop)": "",
	});
});

test("an empty selector is not the absence of one", () => {
	const policy = (peer: object) => (view: View) =>
		void view.networkPolicies.push({ metadata: { name: "p", namespace: "shop" }, spec: { podSelector: {}, ingress: [{ _from: [peer] }] } });
	const [before, now] = [policy({ podSelector: {} }), policy({ namespaceSelector: {} })].map((change): ClusterView => shopView(change));
	expect(touchedObjects(before, now as ClusterView)).toMatchObject([{ change: "changed" }]);
});

test("a long list ends with how many more there are", () => {
	const found = touched((view) => {
		for (let index = 0; index < 60; index++) view.configMaps.push({ metadata: { name: `c${index}`, namespace: "shop" } });
	});
	expect(found).toHaveLength(51);
	expect(found.at(-1)?.object).toBe("10 more objects");
});
