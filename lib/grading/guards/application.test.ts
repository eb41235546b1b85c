import type { V1Deployment } from "@kubernetes/client-node";
import { expect, test } from "vitest";
import type { KubeObject } from "../../scenarios/manifests.ts";
import { baseline, container, judge, judgeWith, template, type View } from "../test-support/judge-guard.ts";

const appKept = { type: "app-kept", deployments: ["catalog"] };

test.each<[string, object, string]>([
	["the node's processes", { hostPID: true }, "now sees the node's processes"],
	["the node's memory segments", { hostIPC: true }, "now shares the node's memory segments"],
	["processes between containers", { shareProcessNamespace: true }, "now shares processes between its containers"],
	["another security context", { securityContext: { runAsUser: 0 } }, "has another security context"],
	["other nodes by label", { nodeSelector: { disk: "ssd" } }, "is bound to other nodes (nodeSelector)"],
	["a node by name", { nodeName: "node-1" }, "is bound to a node (nodeName)"],
	["other nodes by affinity", { affinity: { nodeAffinity: { x: 1 } } }, "is bound to other nodes (affinity)"],
	["another hostname", { hostname: "db" }, "has another hostname"],
	["another subdomain", { subdomain: "db" }, "has another subdomain"],
	["its whole name as hostname", { setHostnameAsFQDN: true }, "has another hostname"],
	["another runtime", { runtimeClassName: "gvisor" }, "runs in another runtime"],
])("application kept: %s", (_, fields, words) => {
	expect(judge(appKept, (view) => void Object.assign(template(view), fields))?.message).toContain(words);
});

test.each<[string, object, string]>([
	["another working directory", { workingDir: "/tmp" }, "has another working directory"],
	["other volume mounts", { volumeMounts: [{ name: "v", mountPath: "/etc" }] }, "has other volume mounts"],
	["other volume devices", { volumeDevices: [{ name: "v", devicePath: "/dev/x" }] }, "has other volume devices"],
	["another name", { name: "other" }, 'has lost its container "catalog"'],
])("application kept: %s", (_, fields, words) => {
	expect(judge(appKept, (view) => void Object.assign(container(view), fields))?.message).toContain(words);
});

test.each(["readinessProbe", "livenessProbe", "startupProbe"])("application kept: a %s that the baseline has", (name) => {
	const probe = { httpGet: { path: "/livez", port: 8080 } };
	const further = structuredClone(baseline);
	for (const object of further.slice(1, 2))
		Object.assign((object as unknown as V1Deployment).spec?.template.spec?.containers[0] ?? {}, { [name]: probe });
	const now = (kept: object | undefined) => judgeWith(further, appKept, (view) => void Object.assign(container(view), { [name]: kept }));
	expect(now(probe)?.verdict).toBe("pass");
	expect(now({ tcpSocket: { port: 8080 } })?.verdict).toBe("pass");
	expect(now(undefined)?.message).toContain(`has lost its ${name}`);
	expect(now({ exec: { command: ["true"] } })?.message).toContain(`has another kind of ${name}`);
});

test("application kept: a variable from a listed entry of a ConfigMap may change, from another one not", () => {
	const env = [{ name: "NAME", valueFrom: { configMapKeyRef: { name: "c", key: "name" } } }];
	const map = (name: string) => ({ metadata: { name: "c", namespace: "shop" }, data: { name } });
	const further = [...structuredClone(baseline), { kind: "ConfigMap", ...map("catalog") } as unknown as KubeObject];
	for (const object of further.slice(1, 2))
		Object.assign((object as unknown as V1Deployment).spec?.template.spec?.containers[0] ?? {}, { env });
	const now = (mayChangeConfig: string[]) =>
		judgeWith(further, { ...appKept, mayChangeConfig }, (view) => {
			Object.assign(container(view), { env });
			view.configMaps.push(map("other"));
		});
	expect(now(["c/name"])?.verdict).toBe("pass");
	expect(now(["c/url"])?.message).toContain("another value of NAME");
});

test.each<[string, object, string | undefined]>([
	["a further port", { ports: [{ name: "http", port: 80 }, { port: 81 }] }, "has a further port 81/TCP"],
	["another protocol of a port", { ports: [{ name: "http", port: 80, protocol: "UDP" }] }, "has lost port 80/TCP"],
	["addresses outside", { externalIPs: ["192.0.2.1"] }, "now claims external addresses"],
	["another selector and target port", { selector: { app: "x" }, ports: [{ port: 80, targetPort: 81 }] }, undefined],
])("services kept: %s", (_, fields, words) => {
	const result = judge(
		{ type: "services-kept", services: ["catalog"] },
		(view) => void Object.assign(view.services[0]?.spec ?? {}, fields),
	);
	expect(result?.verdict).toBe(words ? "fail" : "pass");
	if (words) expect(result?.message).toContain(words);
});

test("services kept: a node port that users know", () => {
	const open = (nodePort: number) => ({ type: "NodePort", ports: [{ name: "http", port: 80, nodePort }] });
	const further = structuredClone(baseline);
	for (const object of further.slice(2)) Object.assign(object.spec ?? {}, open(30080));
	const at = (nodePort: number) =>
		judgeWith(
			further,
			{ type: "services-kept", services: ["catalog"] },
			(view) => void Object.assign(view.services[0]?.spec ?? {}, open(nodePort)),
		);
	expect(at(30080)?.verdict).toBe("pass");
	expect(at(30081)?.message).toContain("has node port 30081 instead of 30080");
});

const genuine = { type: "answers-genuine", service: "catalog", backends: [{ deployment: "catalog" }] };

test("answers genuine: a Service that stands for another name", () => {
	const result = judge(
		genuine,
		(view) => void Object.assign(view.services[0]?.spec ?? {}, { type: "ExternalName", externalName: "x.example" }),
	);
	expect(result?.message).toContain("Service catalog stands for x.example");
});

const inventing = ["hosts", "template", "rewrite", "file", "auto", "secondary", "alternate", "erratic", "import", "acl", "etcd", "records"];
test.each(inventing)("answers genuine: a Corefile with the plugin %s, which the one before had not", (plugin) => {
	const corefile = (line: string) => (view: View) => {
		Object.assign(template(view), { volumes: [{ name: "config", configMap: { name: "coredns" } }] });
		const Corefile = `.:53 {\n  ready\n  kubernetes cluster.local\n${line}}`;
		view.configMaps.push({ metadata: { name: "coredns", namespace: "shop" }, data: { Corefile } });
	};
	expect(judge(genuine, corefile(`  ${plugin} x y\n`), corefile(""))?.message).toContain(`makes answers of its own: "${plugin} x y"`);
	expect(judge(genuine, corefile(`  # ${plugin} x y\n`), corefile("")), "a comment").toMatchObject({ verdict: "pass" });
});
