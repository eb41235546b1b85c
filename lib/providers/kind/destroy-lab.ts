import { rm } from "node:fs/promises";
import { AppError } from "../../core/errors.ts";
import { isMissing } from "./docker.ts";
import { type KindContext, labPaths } from "./kind-context.ts";
import { labIdOf, labNames } from "./lab-names.ts";
import { endCreators } from "./orphans.ts";

/**
 * Removes every container, network and file of a lab. Not by `kind delete`: killing is quicker than stopping, and the
 * workstation and the mirror go with it.
 */
export async function destroyLab(context: KindContext, labId: string): Promise<void> {
	const { docker, instanceId } = context;
	const { cluster } = labNames(instanceId, labId);
	await endCreators(cluster);
	const mine = (rows: { name: string; id: string }[]) => rows.filter((row) => labIdOf(instanceId, row.name) === labId).map((row) => row.id);
	// Twice where needed: a `docker run` that was under way may finish after the first look.
	for (let pass = 0; ; pass++) {
		const containers = mine(await docker.containers(cluster));
		const networks = mine(await docker.networks(cluster));
		if (containers.length === 0 && networks.length === 0) break;
		if (pass === 5) {
			throw new AppError("lab-not-removed", `Docker still has parts of lab ${labId}: ${[...containers, ...networks].join(", ")}`, {
				mend: `docker ps --all --filter name=${cluster}`,
				retryable: true,
			});
		}
		if (containers.length > 0) await tolerant(context, ["rm", "--force", "--volumes", ...containers]);
		for (const network of networks) await tolerant(context, ["network", "rm", network]);
	}
	await rm(labPaths(context.dataDir, labId).dir, { recursive: true, force: true });
}

/** What is gone already, or goes at this moment, is no error. */
async function tolerant(context: KindContext, args: string[]): Promise<void> {
	const result = await context.docker.run(args, { timeoutMs: 120_000 });
	if (result.exitCode === 0 || isMissing(result) || /already in progress|has active endpoints/i.test(result.stderr)) return;
	throw new AppError("docker-failed", `docker ${args.slice(0, 2).join(" ")}: ${result.stderr.trim()}`, { mend: "npx faultline doctor" });
}
