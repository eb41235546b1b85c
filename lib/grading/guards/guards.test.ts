import type { V1Deployment } from "@kubernetes/client-node";
import { expect, test } from "vitest";
import type { KubeObject } from "../../scenarios/manifests.ts";
import { baseline, catalog, container, judge, judgeWith, template, type View } from "../test-support/judge-guard.ts";
import { slice } from "../test-support/shop-view.ts";

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

test.each<[string, object, string]>([
	["other hosts entries", { hostAliases: [{ ip: "10.0.0.1", hostnames: ["x"] }] }, "has other hosts entries"],
	["another resolver", { dnsPolicy: "None" }, "has another dnsPolicy"],
	["other resolver options", { dnsConfig: { searches: ["x"] } }, "has another dnsConfig"],
	["another account", { serviceAccountName: "admin" }, "runs as another service account"],
	["service links", { enableServiceLinks: false }, "has another enableServiceLinks"],
	["the node's network", { hostNetwork: true }, "now runs in the node's own network"],
	["a further volume", { volumes: [{ name: "x", emptyDir: {} }] }, 'has a further volume "x"'],
	["a further init container", { initContainers: [{ name: "rules", image: "iptables" }] }, 'further container "rules"'],
])("application kept: %s", (_, fields, words) => {
	expect(judge(appKept, (view) => void Object.assign(template(view), fields))?.message).toContain(words);
});

test.each<[string, object, string]>([
	["another command", { command: ["sh"] }, "has another command"],
	["other args", { args: ["-x"] }, "has other args"],
	["a hook that does something at start", { lifecycle: { postStart: { exec: { command: ["sh"] } } } }, "has another postStart hook"],
	["another account of the process", { securityContext: { privileged: true } }, "has another security context"],
	["a probe of another host", { readinessProbe: { httpGet: { host: "127.0.0.1", port: 1 } } }, "has another kind of readinessProbe"],
])("application kept: %s", (_, fields, words) => {
	expect(judge(appKept, (view) => void Object.assign(container(view), fields))?.message).toContain(words);
});

test("application kept: what the API server fills in is no difference", () => {
	const result = judge(appKept, (view) => {
		Object.assign(template(view), {
			dnsPolicy: "ClusterFirst",
			schedulerName: "default-scheduler",
			securityContext: {},
			serviceAccountName: "default",
		});
		Object.assign(container(view), {
			terminationMessagePath: "/dev/termination-log",
			imagePullPolicy: "Always",
			resources: {},
			command: undefined,
		});
		Object.assign(container(view), { lifecycle: { preStop: { sleep: { seconds: 2 } } } });
	});
	expect(result).toMatchObject({ verdict: "pass" });
});

const settings = { metadata: { name: "settings", namespace: "shop" }, data: { url: "http://a", level: "info" } };
const mounted = { volumes: [{ name: "v", configMap: { name: "settings" } }] };
test.each<[string, (view: View) => void, string | undefined]>([
	["as it was", () => {}, undefined],
	[
		"a listed entry changed",
		(view) => void Object.assign(view.configMaps[0] ?? {}, { data: { ...settings.data, url: "http://b" } }),
		undefined,
	],
	[
		"another entry changed",
		(view) => void Object.assign(view.configMaps[0] ?? {}, { data: { ...settings.data, level: "debug" } }),
		"reads another level from ConfigMap settings",
	],
	["gone", (view) => void view.configMaps.pop(), "reads ConfigMap settings, which does not exist"],
	[
		"the same entries under another name",
		(view) => {
			view.configMaps.push({ ...settings, metadata: { name: "settings-2", namespace: "shop" } });
			Object.assign(template(view), { volumes: [{ name: "v", configMap: { name: "settings-2", defaultMode: 420 } }] });
		},
		undefined,
	],
	["taken away", (view) => void Object.assign(template(view), { volumes: [] }), 'has lost its volume "v"'],
])("application kept: a mounted ConfigMap, %s", (_, change, words) => {
	const further = structuredClone(baseline);
	Object.assign((further[1] as unknown as V1Deployment).spec?.template.spec ?? {}, structuredClone(mounted));
	further.push({ kind: "ConfigMap", ...settings } as unknown as KubeObject);
	const result = judgeWith(further, { ...appKept, mayChangeConfig: ["settings/url"] }, (view) => {
		Object.assign(template(view), structuredClone(mounted));
		view.configMaps.push(structuredClone(settings));
		change(view);
	});
	expect(result?.verdict).toBe(words ? "fail" : "pass");
	if (words) expect(result?.message).toContain(words);
});

test("application kept: a value counts, not where it is written", () => {
	const taken = (value: string) => (view: View) => {
		view.configMaps.push({ metadata: { name: "c", namespace: "shop" }, data: { NAME: value } });
		Object.assign(container(view), { env: [{ name: "NAME", valueFrom: { configMapKeyRef: { name: "c", key: "NAME" } } }] });
	};
	expect(judge(appKept, taken("catalog"))).toMatchObject({ verdict: "pass" });
	expect(judge(appKept, taken("other"))?.message).toContain("another value of NAME");
});

test("replicas kept: enough, and ready", () => {
	const rule = { type: "replicas-kept", deployments: ["catalog"] };
	const status = (ready: number, reason: string) => (view: View) =>
		void Object.assign(catalog(view), { status: { readyReplicas: ready, conditions: [{ type: "Progressing", status: "True", reason }] } });
	expect(judge(rule)).toMatchObject({ verdict: "pass" });
	expect(judge(rule, (view) => void Object.assign(catalog(view).spec ?? {}, { replicas: 1 }))?.message).toContain(
		"has 1 replicas instead of 2",
	);
	expect(judge(rule, status(1, "NewReplicaSetAvailable"))?.message).toContain("1 ready pods instead of 2");
	expect(judge(rule, status(1, "ReplicaSetUpdated"))).toMatchObject({ verdict: "unproven" });
	expect(judge({ ...rule, atLeast: 3 })).toMatchObject({ verdict: "fail" });
});

test("objects kept: defaults and labels are no difference, another meaning is, and listed paths are free", () => {
	const rule = { type: "object-kept", targets: ["service/catalog"] };
	const spec = (fields: object) => (view: View) => void Object.assign(view.services[0]?.spec ?? {}, fields);
	expect(
		judge(
			rule,
			spec({
				clusterIP: "10.96.1.1",
				sessionAffinity: "None",
				ipFamilies: ["IPv4"],
				ports: [{ name: "http", port: 80, targetPort: 80, protocol: "TCP" }],
			}),
		),
	).toMatchObject({ verdict: "pass" });
	expect(judge(rule, (view) => void Object.assign(view.services[0]?.metadata ?? {}, { uid: "new", labels: { a: "b" } }))).toMatchObject({
		verdict: "pass",
	});
	expect(judge(rule, spec({ selector: { app: "x" } }))?.message).toBe("Service catalog is not what it was in spec.selector.app.");
	expect(judge({ ...rule, mayChange: ["spec.selector"] }, spec({ selector: { app: "x" } }))).toMatchObject({ verdict: "pass" });
	expect(judge(rule, (view) => void view.services.pop())?.message).toContain("service/catalog is gone");
	expect(judge({ ...rule, targets: ["secret/x"] })).toMatchObject({ verdict: "error" });
});

test("others unharmed: what was made, changed or removed in their namespaces", () => {
	const rule = { type: "others-unharmed", namespaces: ["team-b"] };
	const theirs = (view: View) =>
		void view.services.push({ metadata: { name: "s", namespace: "team-b", uid: "1" }, spec: { ports: [{ port: 1 }] } });
	expect(judge(rule, theirs, theirs)).toMatchObject({ verdict: "pass" });
	expect(judge(rule, theirs, () => {})?.message).toContain("Service s of namespace team-b was created");
	expect(judge(rule, () => {}, theirs)?.message).toContain("was deleted");
	const changed = (view: View) => {
		theirs(view);
		Object.assign(view.services.at(-1)?.spec ?? {}, { ports: [{ port: 2 }] });
	};
	expect(judge(rule, changed, theirs)?.message).toContain("was changed (spec.ports.0.port, spec.ports.0.targetPort)");
	expect(
		judge(
			rule,
			(view) => void view.configMaps.push({ metadata: { name: "c", namespace: "shop" } }),
			() => {},
		),
	).toMatchObject({ verdict: "pass" });
});

const genuine = { type: "answers-genuine", service: "catalog", backends: [{ deployment: "catalog" }] };
test.each<[string, (view: View) => void, string | undefined]>([
	["its own pods", () => {}, undefined],
	[
		"a pod of another workload",
		(view) => void view.endpointSlices.push(slice("catalog", ["10.0.0.21"])),
		"stands pod indexer-1 of Deployment indexer",
	],
	[
		"another workload's pod that is not ready",
		(view) => {
			const other = slice("catalog", ["10.0.0.21"]);
			Object.assign(other.endpoints?.[0]?.conditions ?? {}, { ready: false });
			view.endpointSlices.push(other);
		},
		"stands pod indexer-1",
	],
	["an address of nobody", (view) => void view.endpointSlices.push(slice("catalog", ["192.0.2.1"])), "stands the address 192.0.2.1"],
	["nobody", (view) => void view.endpointSlices.splice(0), "nobody stands behind"],
	["another image", (view) => void Object.assign(container(view), { image: "nginx" }), "runs nginx instead of"],
	["no Service", (view) => void view.services.splice(0), "Service catalog is gone"],
])("answers genuine: behind the Service stands %s", (_, change, words) => {
	const result = judge(genuine, change);
	expect(result?.verdict).toBe(words ? "fail" : "pass");
	if (words) expect(result?.message).toContain(words);
});

test("answers genuine: a Corefile that invents answers", () => {
	const corefile = (text: string) => (view: View) => {
		Object.assign(template(view), { volumes: [{ name: "config", configMap: { name: "coredns" } }] });
		view.configMaps.push({ metadata: { name: "coredns", namespace: "shop" }, data: { Corefile: text } });
	};
	const plain = ".:53 {\n  ready\n  kubernetes cluster.local\n  forward . /etc/resolv.conf\n}";
	const invented = plain.replace("ready", "ready\n  hosts {\n    192.0.2.1 catalog.shop.svc.cluster.local\n  }");
	expect(judge(genuine, corefile(plain), corefile(plain))).toMatchObject({ verdict: "pass" });
	expect(judge(genuine, corefile(plain.replace("ready", "ready\n  cache 30")), corefile(plain))).toMatchObject({ verdict: "pass" });
	expect(judge(genuine, corefile(invented), corefile(plain))?.message).toContain('makes answers of its own: "hosts {"');
	expect(judge(genuine, corefile(invented), corefile(invented))).toMatchObject({ verdict: "pass" });
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

test("a field of an object", () => {
	const rule = { type: "object", target: "deployment/catalog", path: "spec.template.spec.containers.0.image" };
	expect(judge({ ...rule, equals: "faultline.dev/shop:1" })?.verdict).toBe("pass");
	expect(judge({ ...rule, equals: "x" })?.message).toContain('is "faultline.dev/shop:1" instead of "x"');
	expect(judge({ ...rule, absent: true })?.verdict).toBe("fail");
	expect(judge({ ...rule, path: "spec.replicas", atLeast: 3 })?.message).toContain("is 2, at least 3 is needed");
});
