import { expect, test } from "vitest";
import { parse } from "yaml";
import { clusterConfig, kubeadmPatches } from "./cluster-config.ts";

const config = parse(clusterConfig("fl-a-b", { nodes: 3, kubeProxyMode: "nftables", dnsReplicas: 1, addons: [] }, "/data/patches"));

test("asks for the scenario's nodes and kube-proxy mode", () => {
	expect(config.nodes.map((node: { role: string }) => node.role)).toEqual(["control-plane", "worker", "worker"]);
	expect(config.networking.kubeProxyMode).toBe("nftables");
});

test("keeps the API server on loopback and the host's search domains out of pods", () => {
	expect(config.networking.apiServerAddress).toBe("127.0.0.1");
	expect(config.networking.dnsSearch).toEqual([]);
});

test("patches each kubeadm document by itself", () => {
	const patches = config.kubeadmConfigPatches.map((patch: string) => parse(patch));
	expect(patches.map((patch: { kind: string }) => patch.kind)).toEqual([
		"KubeletConfiguration",
		"ClusterConfiguration",
		"InitConfiguration",
	]);
	expect(patches[0].failCgroupV1).toBe(false);
	const etcd = Object.fromEntries(patches[1].etcd.local.extraArgs.map(({ name, value }: { name: string; value: string }) => [name, value]));
	// etcd refuses to start otherwise.
	expect(Number(etcd["election-timeout"])).toBeGreaterThanOrEqual(5 * Number(etcd["heartbeat-interval"]));
	expect(patches[2].nodeRegistration.taints).toEqual([]);
});

test("leaves a single node's taint to kind", () => {
	const single = parse(clusterConfig("fl-a-b", { nodes: 1, kubeProxyMode: "iptables", dnsReplicas: 1, addons: [] }, "/data/patches"));
	expect(single.kubeadmConfigPatches.map((patch: string) => parse(patch).nodeRegistration)).toEqual([undefined, undefined, undefined]);
});

test("gives the control plane kubeadm's patches, CoreDNS's replicas among them", () => {
	expect(config.nodes[0].extraMounts).toEqual([{ hostPath: "/data/patches", containerPath: "/kind/faultline-patches", readOnly: true }]);
	expect(config.nodes[1].extraMounts).toBeUndefined();
	const patches = kubeadmPatches({ nodes: 1, kubeProxyMode: "iptables", dnsReplicas: 3, addons: [] });
	expect(parse(patches["corednsdeployment+strategic.yaml"] ?? "").spec.replicas).toBe(3);
});
