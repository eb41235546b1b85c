import { access, rm } from "node:fs/promises";
import type { LabSpec, StepContext } from "../provider.ts";
import { cloneCluster } from "./golden/clone-cluster.ts";
import { type Golden, goldenKey, readGolden, touchGolden } from "./golden/golden-file.ts";
import type { KindContext, LabPaths } from "./kind-context.ts";
import { kindCreate } from "./kind-create.ts";
import { labNames, nodeNames } from "./lab-names.ts";
import { readLabRecord, writeLabRecord } from "./lab-record.ts";
import type { Cidr } from "./subnet.ts";

/** Node containers of the lab that Docker knows, in whatever state. */
async function existingNodes(context: KindContext, labId: string) {
	const { cluster } = labNames(context.instanceId, labId);
	const wanted = new RegExp(`^${cluster}-(control-plane|worker\\d*)$`);
	return (await context.docker.containers(cluster)).filter((row) => wanted.test(row.name));
}

interface ClusterOptions {
	spec: LabSpec;
	paths: LabPaths;
	subnet: Cidr;
	step: StepContext;
}

/**
 * Makes the cluster, or takes it as it is where it is whole. kind can't go on with half a cluster: what an
 * interrupted attempt has left is removed first. A golden cluster with these contents, or else of this shape, is cloned where
 * there is one; where that fails, kind makes the cluster as it does where there is none.
 * @returns the key of what the cluster held when it was made
 * @throws AppError `cluster-not-created` with the end of kind's output
 */
export async function ensureCluster(context: KindContext, options: ClusterOptions): Promise<string | undefined> {
	const { spec, paths, step } = options;
	const { cluster } = labNames(context.instanceId, spec.labId);
	const nodes = await existingNodes(context, spec.labId);
	const whole = await exists(paths.adminKubeconfig);
	if (whole && nodeNames(cluster, spec.cluster.nodes).every((name) => nodes.some((node) => node.name === name && node.state === "running")))
		return (await readLabRecord(paths))?.contents;
	await removeCluster(context, spec.labId, paths);
	for (const contents of spec.contents ? [spec.contents, undefined] : [undefined]) {
		const found = await findGolden(context, spec, contents);
		if (found && (await tryClone(context, { ...options, ...found, contents }))) return contents;
	}
	await writeLabRecord(paths, spec, { ready: false, contents: undefined });
	await kindCreate(context, spec, paths, step);
	return undefined;
}

type CloneTry = ClusterOptions & { golden: Golden; key: string; contents: string | undefined };

/** False where the clone did not start, and nothing of it is left. */
async function tryClone(context: KindContext, { spec, paths, subnet, step, golden, key, contents }: CloneTry): Promise<boolean> {
	step.onStep("Creating the cluster: from a prepared one");
	// Before it is whole: whoever goes on after a crash must know what it holds.
	await writeLabRecord(paths, spec, { ready: false, contents });
	const namespace = spec.access.namespaces[0] ?? "default";
	try {
		await cloneCluster(context, { golden, labId: spec.labId, subnet, namespace, paths, signal: step.signal });
		if (context.goldenDir) await touchGolden(context.goldenDir, key, context.clock.now());
		return true;
	} catch (error) {
		step.signal.throwIfAborted();
		context.log.warn({ err: error, lab: spec.labId, contents }, "a prepared cluster could not be cloned");
		step.onStep("Creating the cluster: anew, since the prepared one did not start");
		await removeCluster(context, spec.labId, paths);
		return false;
	}
}

/** Removes nodes and kubeconfigs. */
export async function removeCluster(context: KindContext, labId: string, paths: LabPaths): Promise<void> {
	for (const file of [paths.adminKubeconfig, paths.learnerKubeconfig]) await rm(file, { force: true });
	await removeNodes(context, labId);
}

async function removeNodes(context: KindContext, labId: string): Promise<void> {
	const left = await existingNodes(context, labId);
	if (left.length > 0) await context.docker.must(["rm", "--force", "--volumes", ...left.map((node) => node.name)], { timeoutMs: 120_000 });
}

/** The golden cluster that fits; undefined where there is none, or names are of another length: they could not be replaced. */
async function findGolden(
	{ goldenDir, host, instanceId }: KindContext,
	{ labId, cluster, access }: LabSpec,
	contents: string | undefined,
): Promise<{ golden: Golden; key: string } | undefined> {
	const key = goldenKey(host, cluster, contents === undefined ? undefined : { key: contents, access });
	const golden = goldenDir ? await readGolden(goldenDir, key) : undefined;
	return golden?.cluster.length === labNames(instanceId, labId).cluster.length ? { golden, key } : undefined;
}

async function exists(path: string): Promise<boolean> {
	return access(path).then(
		() => true,
		() => false,
	);
}
