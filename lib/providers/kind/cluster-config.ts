import { stringify } from "yaml";
import type { ClusterSpec } from "../provider.ts";

/** Where kubeadm puts cluster DNS: the tenth address of kind's default service subnet. */
export const serviceSubnet = "10.96.0.0/16";
export const podSubnet = "10.244.0.0/16";

/**
 * kind's configuration of a lab's cluster.
 * @param name the cluster's name, which kind's nodes carry
 */
export function clusterConfig(name: string, spec: ClusterSpec): string {
	return stringify({
		kind: "Cluster",
		apiVersion: "kind.x-k8s.io/v1alpha4",
		name,
		networking: {
			// Loopback: the host's own network must not reach a lab's API server.
			apiServerAddress: "127.0.0.1",
			podSubnet,
			serviceSubnet,
			kubeProxyMode: spec.kubeProxyMode,
			// Else pods would inherit the host's search list and ask names that no story knows of.
			dnsSearch: [],
		},
		// On a single node kind itself takes the taint away, and fails where there is none.
		kubeadmConfigPatches: [kubeletPatch, controlPlanePatch, ...(spec.nodes > 1 ? [initPatch] : [])].map((patch) => stringify(patch)),
		containerdConfigPatches: ['[plugins."io.containerd.grpc.v1.cri".registry]\n  config_path = "/etc/containerd/certs.d"\n'],
		nodes: Array.from({ length: spec.nodes }, (_, index) => ({ role: index === 0 ? "control-plane" : "worker" })),
	});
}

const kubeletPatch = {
	apiVersion: "kubelet.config.k8s.io/v1beta1",
	kind: "KubeletConfiguration",
	// kubelet 1.35 and later refuse cgroup v1 otherwise; no effect on v2.
	failCgroupV1: false,
};

/** One control plane elects itself: without leases to renew it also wakes from a freeze at once. */
const controlPlanePatch = {
	apiVersion: "kubeadm.k8s.io/v1beta4",
	kind: "ClusterConfiguration",
	controllerManager: {
		extraArgs: [
			// kind's own argument: a patch replaces the list.
			{ name: "enable-hostpath-provisioner", value: "true" },
			{ name: "leader-elect", value: "false" },
		],
	},
	scheduler: { extraArgs: [{ name: "leader-elect", value: "false" }] },
};

/** The first node runs workloads too, also where there are more. */
const initPatch = {
	apiVersion: "kubeadm.k8s.io/v1beta4",
	kind: "InitConfiguration",
	nodeRegistration: { taints: [] },
};
