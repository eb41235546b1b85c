import { access, rm } from "node:fs/promises";
import type { LabSpec, StepContext } from "../provider.ts";
import { cloneCluster } from "./golden/clone-cluster.ts";
import { type Golden, goldenKey, readGolden } from "./golden/golden-file.ts";
import type { KindContext, LabPaths } from "./kind-context.ts";
import { kindCreate } from "./kind-create.ts";
import { labNames, nodeNames } from "./lab-names.ts";
import { endCreators } from "./orphans.ts";

/** Node containers of the lab that Docker knows, in whatever state. */
async function existingNodes(context: KindContext, labId: string) {
	const { cluster } = labNames(context.instanceId, labId);
	const wanted = new RegExp(`^${cluster}-(control-plane|worker\\d*)$`);
	return (await context.docker.containers(cluster)).filter((row) => wanted.test(row.name));
}

/**
 * Makes the cluster, or takes it as it is where it is whole. kind can't go on with half a cluster: what an
 * interrupted attempt has left is removed first. A golden cluster of this shape is cloned where there is one; where that
 * fails, kind makes the cluster as it does where there is none.
 * @throws AppError `cluster-not-created` with the end of kind's output
 */
export async function ensureCluster(context: KindContext, spec: LabSpec, paths: LabPaths, step: StepContext): Promise<void> {
	const { cluster } = labNames(context.instanceId, spec.labId);
	const nodes = await existingNodes(context, spec.labId);
	const whole = await exists(paths.adminKubeconfig);
	if (whole && nodeNames(cluster, spec.cluster.nodes).every((name) => nodes.some((node) => node.name === name && node.state === "running")))
		return;
	await endCreators(cluster, context.clock);
	await rm(paths.adminKubeconfig, { force: true });
	await removeNodes(context, spec.labId);
	const golden = await findGolden(context, spec);
	if (golden) {
		step.onStep("Creating the cluster: from a prepared one");
		try {
			return await cloneCluster(context, { golden, labId: spec.labId, paths, signal: step.signal });
		} catch (error) {
			step.signal.throwIfAborted();
			context.log.warn({ err: error, lab: spec.labId }, "a prepared cluster could not be cloned: kind makes this one");
			step.onStep("Creating the cluster: anew, since the prepared one did not start");
			await rm(paths.adminKubeconfig, { force: true });
			await removeNodes(context, spec.labId);
		}
	}
	await kindCreate(context, spec, paths, step);
}

async function removeNodes(context: KindContext, labId: string): Promise<void> {
	const left = await existingNodes(context, labId);
	if (left.length > 0) await context.docker.must(["rm", "--force", "--volumes", ...left.map((node) => node.name)], { timeoutMs: 120_000 });
}

/** The golden cluster of this shape; undefined where there is none, or names are of another length: they could not be replaced. */
async function findGolden({ goldenDir, host, instanceId }: KindContext, spec: LabSpec): Promise<Golden | undefined> {
	const golden = goldenDir ? await readGolden(goldenDir, goldenKey(host, spec.cluster)) : undefined;
	return golden?.cluster.length === labNames(instanceId, spec.labId).cluster.length ? golden : undefined;
}

async function exists(path: string): Promise<boolean> {
	return access(path).then(
		() => true,
		() => false,
	);
}
