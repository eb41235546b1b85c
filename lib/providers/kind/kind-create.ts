import { mkdir, rename, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { runCommand } from "../../core/run-command.ts";
import type { LabSpec, StepContext } from "../provider.ts";
import { clusterConfig, kubeadmPatches } from "./cluster-config.ts";
import { explainFailure } from "./explain-failure.ts";
import type { KindContext, LabPaths } from "./kind-context.ts";
import { labNames } from "./lab-names.ts";

// 17-28 s were measured for one and two nodes on a quiet host; busy hosts with three nodes have taken minutes.
const createTimeoutMs = 8 * 60_000;

/**
 * Lets kind make a cluster of which nothing is there. The kubeconfig is put in its place last and marks it whole.
 * @throws AppError `cluster-not-created` with the end of kind's output
 */
export async function kindCreate(
	context: KindContext,
	spec: Pick<LabSpec, "labId" | "cluster">,
	paths: LabPaths,
	step: StepContext,
): Promise<void> {
	const { cluster, network } = labNames(context.instanceId, spec.labId);
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
