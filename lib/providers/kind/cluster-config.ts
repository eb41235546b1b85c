import { stringify } from "yaml";
import type { ClusterSpec } from "../provider.ts";

/** Where kubeadm puts cluster DNS: the tenth address of kind's default service subnet. */
export const serviceSubnet = "10.96.0.0/16";
/** The API server's own Service: the subnet's first address. */
export const serviceAddress = "10.96.0.1";
export const podSubnet = "10.244.0.0/16";

/** Where a node finds kubeadm's patches. */
const patchesFolder = "/kind/faultline-patches";

/**
 * kind's configuration of a lab's cluster.
 * @param name the cluster's name, which kind's nodes carry
 * @param patches the folder on the host that holds {@link kubeadmPatches}, absolute
 */
export function clusterConfig(name: string, spec: ClusterSpec, patches: string): string {
	const taints = spec.nodes > 1 ? { nodeRegistration: { taints: [] } } : {};
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
		// The first node runs workloads too: of a single node kind itself takes the taint away, and fails where there is none.
		kubeadmConfigPatches: [kubeletPatch, controlPlanePatch, { ...initPatch, ...taints }].map((patch) => stringify(patch)),
		containerdConfigPatches: ['[plugins."io.containerd.grpc.v1.cri".registry]\n  config_path = "/etc/containerd/certs.d"\n'],
		nodes: Array.from({ length: spec.nodes }, (_, index) => ({
			role: index === 0 ? "control-plane" : "worker",
			...(index === 0 ? { extraMounts: [{ hostPath: patches, containerPath: patchesFolder, readOnly: true }] } : {}),
		})),
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
	// Clones have keys of this kind, which are made in no time; so have all.
	encryptionAlgorithm: "ECDSA-P256",
	controllerManager: {
		extraArgs: [
			// kind's own argument: a patch replaces the list.
			{ name: "enable-hostpath-provisioner", value: "true" },
			{ name: "leader-elect", value: "false" },
		],
	},
	scheduler: { extraArgs: [{ name: "leader-elect", value: "false" }] },
	etcd: {
		local: {
			extraArgs: [
				// An etcd alone still waits for its election, up to such a timeout in milliseconds, and the API server waits for it. The
				// defaults, 100 and 1000, are meant for networks between members (etcd.io, "Tuning").
				{ name: "heartbeat-interval", value: "20" },
				{ name: "election-timeout", value: "100" },
				// What a crash of the host would lose is a lab that can be had anew; a killed etcd loses nothing.
				{ name: "unsafe-no-fsync", value: "true" },
			],
		},
	},
};

const initPatch = {
	apiVersion: "kubeadm.k8s.io/v1beta4",
	kind: "InitConfiguration",
	patches: { directory: patchesFolder },
};

/**
 * Files for kubeadm's patches folder. CoreDNS gets its replicas from the start, and is asked every 2 s whether it is ready
 * instead of every 10 s: its first answer mostly comes too early, and the lab waited out the second. It still
 * counts as not ready after 30 s of failures.
 */
export function kubeadmPatches(spec: ClusterSpec): Record<string, string> {
	const containers = [{ name: "coredns", readinessProbe: { periodSeconds: 2, failureThreshold: 15 } }];
	return { "corednsdeployment+strategic.yaml": stringify({ spec: { replicas: spec.dnsReplicas, template: { spec: { containers } } } }) };
}
