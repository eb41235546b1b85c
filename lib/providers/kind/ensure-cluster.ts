import { access, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { runCommand } from "../../core/run-command.ts";
import type { LabSpec, StepContext } from "../provider.ts";
import { clusterConfig, kubeadmPatches } from "./cluster-config.ts";
import { explainFailure } from "./explain-failure.ts";
import type { KindContext, LabPaths } from "./kind-context.ts";
import { labNames, nodeNames } from "./lab-names.ts";
import { endCreators } from "./orphans.ts";

// 17-28 s were measured for one and two nodes on a quiet host; busy hosts with three nodes have taken minutes.
const createTimeoutMs = 8 * 60_000;

/** Node containers of the lab that Docker knows, in whatever state. */
async function existingNodes(context: KindContext, labId: string) {
	const { cluster } = labNames(context.instanceId, labId);
	const wanted = new RegExp(`^${cluster}-(control-plane|worker\\d*)$`);
	return (await context.docker.containers(cluster)).filter((row) => wanted.test(row.name));
}

/**
 * Makes the kind cluster, or takes it as it is where it is whole. kind can't go on with half a cluster: what an
 * interrupted attempt has left is removed first. The kubeconfig is put in its place last and marks it whole.
 * @throws AppError `cluster-not-created` with the end of kind's output
 */
export async function ensureCluster(context: KindContext, spec: LabSpec, paths: LabPaths, step: StepContext): Promise<void> {
	const { cluster, network } = labNames(context.instanceId, spec.labId);
	const nodes = await existingNodes(context, spec.labId);
	const whole = await exists(paths.adminKubeconfig);
	if (whole && nodeNames(cluster, spec.cluster.nodes).every((name) => nodes.some((node) => node.name === name && node.state === "running")))
		return;
	await endCreators(cluster, context.clock);
	await rm(paths.adminKubeconfig, { force: true });
	const left = await existingNodes(context, spec.labId);
	if (left.length > 0) await context.docker.must(["rm", "--force", "--volumes", ...left.map((node) => node.name)], { timeoutMs: 120_000 });

	await writeFile(paths.kindConfig, clusterConfig(cluster, spec.cluster, paths.patches));
	await mkdir(paths.patches, { recursive: true });
	for (const [name, patch] of Object.entries(kubeadmPatches(spec.cluster))) await writeFile(join(paths.patches, name), patch);
	const fresh = `${paths.adminKubeconfig}.new`;
	const lines: string[] = [];
	const result = await runCommand(
		context.host.kind,
		["create", "cluster", "--name", cluster, "--image", context.host.images.node, "--config", paths.kindConfig, "--kubeconfig", fresh],
		{
			timeoutMs: createTimeoutMs,
			signal: step.signal,
			env: {
				KIND_EXPERIMENTAL_DOCKER_NETWORK: network,
				KIND_EXPERIMENTAL_PROVIDER: "docker",
				KUBECONFIG: fresh,
				PATH: `${dirname(context.host.docker)}${delimiter}${process.env.PATH ?? ""}`,
			},
			onLine: (line) => {
				lines.push(line);
				const stage = stageOf(line);
				if (stage) step.onStep(`Creating the cluster: ${stage}`);
			},
		},
	);
	await writeFile(paths.kindLog, `${lines.join("\n")}\n`);
	if (result.exitCode !== 0) throw explainFailure(lines.join("\n"), paths.kindLog);
	await rename(fresh, paths.adminKubeconfig);
}

/** The stage that a line of kind's announces: ` • Starting control-plane 🕹️  ...` → `starting control-plane`. */
export function stageOf(line: string): string | undefined {
	const said = /^\s*[•*]\s+(.*?)\s*\.\.\.\s*$/u.exec(line)?.[1];
	const stage = said
		?.replace(/\(.*\)/, "")
		.replaceAll(/[^\p{L}\p{N}\s/-]/gu, "")
		.trim();
	return stage ? stage.charAt(0).toLowerCase() + stage.slice(1) : undefined;
}

async function exists(path: string): Promise<boolean> {
	return access(path).then(
		() => true,
		() => false,
	);
}
