import type { GuardContext } from "../guards/guard-context.ts";
import type { Surroundings } from "./excess.ts";
import { addressRange, type Range } from "./ranges.ts";
import { namespacesOf, workloadsOf } from "./workloads.ts";

/**
 * The cluster as the subset test sees it.
 * @param needed namespaces that a rule speaks of, whether they exist or not
 */
export function surroundings({ view, before, baseline }: GuardContext, needed: readonly string[]): Surroundings {
	const workloads = workloadsOf(view, baseline, before);
	const named = [...needed.filter((name) => name !== "*"), ...[...workloads.values()].map(({ namespace }) => namespace)];
	// kubeadm leaves its configuration in the cluster, subnets included.
	const kubeadm = view.configMaps.find(({ metadata }) => metadata?.name === "kubeadm-config" && metadata.namespace === "kube-system");
	const subnets = (key: string) =>
		ranges(new RegExp(`^\\s*${key}:\\s*(\\S+)`, "m").exec(kubeadm?.data?.ClusterConfiguration ?? "")?.[1]?.split(",") ?? []);
	return {
		workloads,
		namespaces: namespacesOf(view.namespaces, named),
		serviceAddresses: [
			...subnets("serviceSubnet"),
			...ranges(view.services.flatMap(({ spec }) => spec?.clusterIPs ?? [spec?.clusterIP ?? ""])),
		],
		podAddresses: subnets("podSubnet"),
	};
}

function ranges(texts: readonly string[]): Range[] {
	return texts.map((text) => addressRange(text.replaceAll('"', ""))).filter((range) => range !== undefined);
}
