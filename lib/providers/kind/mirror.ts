import type { KindContext } from "./kind-context.ts";
import { labelArgs, labNames } from "./lab-names.ts";
import { addressPlan, type Cidr } from "./subnet.ts";
import { ensureContainer } from "./workstation.ts";

export const mirrorPort = 5000;
/** Where containerd on a node looks for what holds for every registry. */
export const mirrorHosts = "/etc/containerd/certs.d/_default";

/**
 * Starts the registry that serves debug images and the scenarios' application inside the lab. One per lab, though it
 * costs a container each: a shared one would stand on every lab's network at once, a bridge between learners and a
 * thing that one lab's removal could take from another.
 * @param options.image what it serves: the host's common mirror, or that of an add-on
 */
export async function ensureMirror(
	context: KindContext,
	labId: string,
	options: { subnet: Cidr; image: string; signal: AbortSignal; fresh: boolean },
): Promise<void> {
	const { subnet, image, signal, fresh } = options;
	const { mirror, network } = labNames(context.instanceId, labId);
	await ensureContainer(context, {
		name: mirror,
		...{ signal, fresh },
		args: [
			...labelArgs(context.instanceId, "mirror", labId),
			...["--network", network, "--ip", addressPlan(subnet).mirror, "--hostname", "mirror"],
			...["--memory", "256m", "--pids-limit", "256", "--cap-drop", "ALL", "--read-only"],
			image,
		],
	});
}

/**
 * containerd's settings for every registry name: ask the mirror first. By address, since a lab may be about names.
 * @param way where images are built here no registry outside can be reached: the mirror is all there is, and a wrong
 *   image name is refused at once instead of after a time-out
 */
export function hostsToml(mirrorAddress: string, way: "build" | "pull"): string {
	const url = `http://${mirrorAddress}:${mirrorPort}`;
	const host = `[host."${url}"]\n  capabilities = ["pull", "resolve"]\n`;
	return way === "build" ? `server = "${url}"\n\n${host}` : host;
}

/** Writes the settings into every node; containerd reads them at the next pull. */
export async function pointNodesToMirror(context: KindContext, nodes: readonly string[], subnet: Cidr): Promise<void> {
	const input = hostsToml(addressPlan(subnet).mirror, context.host.way);
	await Promise.all(
		nodes.map((node) =>
			context.docker.must(["exec", "--interactive", node, "sh", "-c", `mkdir -p ${mirrorHosts} && cat > ${mirrorHosts}/hosts.toml`], {
				input,
			}),
		),
	);
}
