import { expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { learnerKubeconfig } from "./learner-identity.ts";
import { learnerPolicies } from "./learner-policy.ts";
import { clusterReadRules, dnsRules, ingressRules, installerRules, learnerRbac, namespaceRules } from "./learner-rbac.ts";
import { systemPolicies } from "./learner-system-policy.ts";

test("binds the namespaces' role in each namespace and nowhere else", () => {
	const objects = learnerRbac({
		namespaces: ["shop", "pay"],
		clusterRules: [],
		clusterDns: false,
		ingressController: false,
		hostPorts: [],
	});
	const bindings = objects.filter((object) => object.kind === "RoleBinding").map((object) => object.metadata?.namespace);
	expect(bindings).toEqual(["shop", "pay"]);
	expect(objects.filter((object) => object.kind === "ClusterRoleBinding").map((object) => object.metadata?.name)).toEqual([
		"faultline-learner-cluster",
	]);
});

test("grants nothing that leads to a node", () => {
	const granted = [...namespaceRules, ...clusterReadRules].flatMap((rule) => rule.resources);
	for (const way of ["nodes/proxy", "nodes/exec", "pods/binding", "bindings", "pods/proxy", "services/proxy", "persistentvolumes", "*"]) {
		const rule = [...namespaceRules, ...clusterReadRules].find((one) => one.resources.includes(way));
		expect(rule?.apiGroups ?? ["gateway.networking.k8s.io"]).toEqual(["gateway.networking.k8s.io"]);
	}
	expect(granted).toContain("pods/ephemeralcontainers");
	expect(clusterReadRules.flatMap((rule) => rule.verbs).filter((verb) => !["get", "list", "watch"].includes(verb))).toEqual([]);
});

const full = { namespaces: ["shop"], clusterRules: [], clusterDns: true, ingressController: true, hostPorts: [80] };

test("gives rights in kube-system only to who mends cluster DNS, and none that reads credentials or enters pods", () => {
	const inSystem = (clusterDns: boolean) =>
		learnerRbac({ ...full, clusterDns }).filter((object) => object.metadata?.namespace === "kube-system");
	expect(inSystem(false)).toEqual([]);
	expect(inSystem(true)).toHaveLength(1);
	const granted = dnsRules.flatMap((rule) => rule.resources);
	for (const way of ["secrets", "serviceaccounts/token", "pods/exec", "pods/attach", "pods/portforward", "pods/ephemeralcontainers", "*"]) {
		expect(granted).not.toContain(way);
	}
	const creates = dnsRules.filter((rule) => rule.verbs.includes("create")).flatMap((rule) => rule.resources);
	expect(creates).not.toContain("pods");
	expect(creates).not.toContain("daemonsets");
	expect(dnsRules.flatMap((rule) => rule.verbs)).not.toContain("deletecollection");
});

test("lets nobody bind or escalate, nor write what the whole cluster's secrets are", () => {
	const rules = [...namespaceRules, ...clusterReadRules, ...dnsRules, ...ingressRules, ...installerRules];
	expect(rules.flatMap((rule) => rule.verbs).filter((verb) => ["bind", "escalate", "impersonate", "*"].includes(verb))).toEqual([]);
	const secrets = ingressRules.filter((rule) => rule.resources.includes("secrets")).flatMap((rule) => rule.verbs);
	expect(secrets).toEqual(["get", "list", "watch"]);
	expect(ingressRules.flatMap((rule) => rule.resources)).not.toContain("mutatingwebhookconfigurations");
});

test("lets pods of the learner's namespaces take the scenario's host ports, and no workload of the platform's namespaces any", () => {
	const said = JSON.stringify(learnerPolicies({ namespaces: ["edge"], hostPorts: [80, 443] }));
	expect(said).toContain("(request.namespace in ['edge'] && p.hostPort in [80, 443])");
	expect(JSON.stringify(learnerPolicies({ namespaces: ["edge"], hostPorts: [] }))).not.toContain("p.hostPort in");
	expect(JSON.stringify(systemPolicies())).not.toContain("p.hostPort in");
});

test("adds the scenario's own rules cluster-wide", () => {
	const rule = { apiGroups: [""], resources: ["pods"], verbs: ["list"] };
	const role = learnerRbac({ namespaces: [], clusterRules: [rule], clusterDns: false, ingressController: false, hostPorts: [] }).find(
		(object) => object.metadata?.name === "faultline-learner-cluster",
	);
	expect(role?.rules).toContainEqual(rule);
});

test("binds the pod policy to all namespaces but the platform's", () => {
	const binding = learnerPolicies({ namespaces: [], hostPorts: [] }).find(
		(object) => object.kind === "ValidatingAdmissionPolicyBinding",
	) as unknown as {
		spec: { matchResources: { namespaceSelector: { matchExpressions: { operator: string; values?: string[] }[] } } };
	};
	const [names, label] = binding.spec.matchResources.namespaceSelector.matchExpressions;
	expect(names?.values).toContain("kube-system");
	expect(names?.values).not.toContain("default");
	expect(label?.operator).toBe("DoesNotExist");
});

test("gives the learner's kubeconfig the workstation's way to the API server", () => {
	const printed = stringify({
		apiVersion: "v1",
		clusters: [{ name: "x", cluster: { "certificate-authority-data": "Q0E=", server: "https://10.0.0.1:6443" } }],
		users: [{ name: "learner", user: { "client-certificate-data": "QQ==", "client-key-data": "Qg==" } }],
	});
	const config = parse(learnerKubeconfig(`W0101 a warning\n${printed}`, "https://node:6443", "shop"));
	expect(config.clusters[0].cluster).toEqual({ server: "https://node:6443", "certificate-authority-data": "Q0E=" });
	expect(config.contexts[0].context).toEqual({ cluster: "lab", user: "learner", namespace: "shop" });
});
