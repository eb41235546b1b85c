import { rm } from "node:fs/promises";
import { AppError } from "../../core/errors.ts";
import { isMissing } from "./docker.ts";
import { type KindContext, labPaths } from "./kind-context.ts";
import { labIdOf, labNames } from "./lab-names.ts";
import { endCreators } from "./orphans.ts";
import { waitUntil } from "./wait-until.ts";

/**
 * Removes every container, network and file of a lab. Not by `kind delete`: killing is quicker than stopping, and the
 * workstation, the mirror and the edge go with it.
 */
export async function destroyLab(context: KindContext, labId: string): Promise<void> {
	const { docker, instanceId } = context;
	const { cluster } = labNames(instanceId, labId);
	await endCreators(cluster, context.clock);
	// By name: Docker can list a container whose making was cut off under an id that it then does not know.
	const mine = (rows: { name: string }[]) => rows.map((row) => row.name).filter((name) => labIdOf(instanceId, name) === labId);
	const remove = async () => {
		const containers = mine(await docker.containers(cluster));
		await Promise.all(containers.map((name) => tolerant(context, ["rm", "--force", "--volumes", name])));
		const networks = mine(await docker.networks(cluster));
		for (const network of networks) await tolerant(context, ["network", "rm", network]);
		return containers.length + networks.length > 0
			? `parts of lab ${labId} were there: ${[...containers, ...networks].join(", ")}`
			: undefined;
	};
	// Until a look finds nothing any more: a removal by somebody else may be under way.
	const signal = new AbortController().signal;
	await waitUntil(remove, { clock: context.clock, signal, timeoutMs: 120_000, what: "The lab's removal" });
	await rm(labPaths(context.dataDir, labId).dir, { recursive: true, force: true });
}

/** What is gone already, or goes at this moment, is no error. */
async function tolerant(context: KindContext, args: string[]): Promise<void> {
	const result = await context.docker.run(args, { timeoutMs: 120_000 });
	if (result.exitCode === 0 || isMissing(result) || /already in progress|has active endpoints/i.test(result.stderr)) return;
	throw new AppError("docker-failed", `docker ${args.slice(0, 2).join(" ")}: ${result.stderr.trim()}`, { mend: "npx faultline doctor" });
}
