import { readFile } from "node:fs/promises";
import { z } from "zod";
import { AppError } from "../../core/errors.ts";
import type { KindContext } from "./kind-context.ts";
import { labelArgs, labNames } from "./lab-names.ts";
import { addressPlan, type Cidr, candidateSubnets, formatCidr, parseCidr, parseRoutes } from "./subnet.ts";

const inspected = z.array(z.object({ Name: z.string(), IPAM: z.object({ Config: z.array(z.object({ Subnet: z.string() })) }) }));

/** The subnet of a lab's network; undefined where there is none. */
export async function readSubnet(context: KindContext, labId: string): Promise<Cidr | undefined> {
	const { network } = labNames(context.instanceId, labId);
	const result = await context.docker.run(["network", "inspect", network]);
	if (result.exitCode !== 0) return undefined;
	const found = inspected.parse(JSON.parse(result.stdout)).find((one) => one.Name === network);
	const subnet = found?.IPAM.Config[0]?.Subnet;
	return subnet ? parseCidr(subnet) : undefined;
}

/**
 * Makes the lab's own network where it is missing. Docker decides whether a subnet is free, so that two
 * instances that choose at once can't get the same one.
 * @throws AppError `no-free-subnet`
 */
export async function ensureNetwork(context: KindContext, labId: string, signal: AbortSignal): Promise<Cidr> {
	const existing = await readSubnet(context, labId);
	if (existing) return existing;
	const { network } = labNames(context.instanceId, labId);
	const taken = parseRoutes(await readFile("/proc/net/route", "utf8"));
	let refusal = "";
	let tries = 0;
	for (const subnet of candidateSubnets(network, taken)) {
		if (++tries > 64) break;
		const plan = addressPlan(subnet);
		const result = await context.docker.run(
			[
				...[
					"network",
					"create",
					"--driver",
					"bridge",
					"--subnet",
					formatCidr(subnet),
					"--ip-range",
					plan.dynamic,
					"--gateway",
					plan.gateway,
				],
				...["--opt", "com.docker.network.bridge.enable_ip_masquerade=true"],
				...labelArgs(context.instanceId, "network", labId),
				network,
			],
			{ signal },
		);
		if (result.exitCode === 0) return subnet;
		refusal = result.stderr.trim();
		if (/already exists/i.test(refusal)) {
			const made = await readSubnet(context, labId);
			if (made) return made;
		}
		if (!/overlap|conflicts with/i.test(refusal)) break;
	}
	throw new AppError("no-free-subnet", `Docker gives the lab no network: ${refusal || "every private subnet tried is in use"}`, {
		mend: "docker network prune",
		retryable: true,
	});
}
