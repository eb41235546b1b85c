import { readFile } from "node:fs/promises";
import { release } from "node:os";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";

/** A feature of the kernel that clusters need. */
export interface KernelFeature {
	option: string;
	for: string;
}

export const kernelFeatures: readonly KernelFeature[] = [
	{ option: "NF_TABLES", for: "policies and kube-proxy" },
	{ option: "NF_CONNTRACK", for: "Services" },
	{ option: "NF_NAT", for: "Services" },
	{ option: "NFT_CT", for: "policies" },
	{ option: "NFT_COMPAT", for: "kube-proxy's iptables mode" },
	{ option: "NFT_NUMGEN", for: "faults that lose packets" },
	{ option: "NETFILTER_XT_MATCH_STATISTIC", for: "kube-proxy's choice of an endpoint" },
	{ option: "NETFILTER_XT_MATCH_COMMENT", for: "kube-proxy's rules" },
	{ option: "VETH", for: "pods' interfaces" },
	{ option: "BRIDGE", for: "Docker's networks" },
	{ option: "VXLAN", for: "overlay networks" },
	{ option: "OVERLAY_FS", for: "images" },
	{ option: "MEMCG", for: "memory limits" },
	{ option: "CGROUP_PIDS", for: "process limits" },
];

/**
 * Features that a kernel was built without.
 * @param config the text of its .config
 */
export function missingFeatures(config: string, wanted: readonly KernelFeature[] = kernelFeatures): KernelFeature[] {
	const on = new Set([...config.matchAll(/^CONFIG_(\w+)=[ym]$/gm)].map((match) => match[1]));
	return wanted.filter((feature) => !on.has(feature.option));
}

/** How the running kernel was built; null where the host does not tell. */
export async function readKernelConfig(): Promise<string | null> {
	const packed = await readFile("/proc/config.gz").catch(() => null);
	if (packed) return String(await promisify(gunzip)(packed));
	return readFile(`/boot/config-${release()}`, "utf8").catch(() => null);
}
