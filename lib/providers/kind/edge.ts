import type { KindContext } from "./kind-context.ts";
import { labelArgs, labNames } from "./lab-names.ts";
import { addressPlan, type Cidr } from "./subnet.ts";
import { ensureContainer } from "./workstation.ts";

/**
 * Gives the outside user a place on the lab's network: an address of its own, and a process that does nothing. Its resolver is
 * Docker's, which knows no name of the cluster. It trusts no authority: its image has no certificates.
 */
export async function ensureEdge(
	context: KindContext,
	labId: string,
	{ subnet, signal, fresh }: { subnet: Cidr; signal: AbortSignal; fresh: boolean },
): Promise<void> {
	const { edge, network } = labNames(context.instanceId, labId);
	await ensureContainer(context, {
		name: edge,
		...{ signal, fresh },
		args: [
			...labelArgs(context.instanceId, "edge", labId),
			...["--network", network, "--ip", addressPlan(subnet).edge, "--hostname", "edge"],
			...["--memory", "32m", "--pids-limit", "32", "--cap-drop", "ALL", "--read-only"],
			...[context.host.images.prober, "hold"],
		],
	});
}
