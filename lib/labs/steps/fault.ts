import { AppError } from "../../core/errors.ts";
import type { LabEnvironment, StepContext } from "../../providers/provider.ts";
import type { FaultStep, ScenarioInstance } from "../../scenarios/instance.ts";
import { kubectl } from "./baseline.ts";
import { nodeOperations } from "./node-operations.ts";
import { withNamespaces } from "./with-namespaces.ts";

const rolloutMs = 120_000;

/** Puts the fault in, step by step; a patch that is in already changes nothing. */
export async function applyFault(environment: LabEnvironment, scenario: ScenarioInstance, context: StepContext): Promise<void> {
	context.onStep("Breaking it");
	for (const step of scenario.fault.steps) await applyStep(environment, scenario, step, context.signal);
	await rememberTeamFiles(environment, scenario, context.signal);
}

/**
 * kubectl keeps what was last applied in an annotation, for everybody to read: the healthy system would give the fault
 * away. It becomes what the team's repository says.
 */
async function rememberTeamFiles(environment: LabEnvironment, scenario: ScenarioInstance, signal: AbortSignal): Promise<void> {
	const manifests = Object.values(scenario.files).join("\n---\n");
	const args = ["apply", "set-last-applied", "--create-annotation=true", "-f", "-"];
	const objects = withNamespaces(manifests, scenario.namespace);
	await kubectl(environment, args, signal, objects, "The team's manifests could not be recorded");
}

/** Puts one step of a fault in. */
export async function applyStep(
	environment: LabEnvironment,
	scenario: ScenarioInstance,
	step: FaultStep,
	signal: AbortSignal,
): Promise<void> {
	const namespace = ("namespace" in step ? step.namespace : undefined) ?? scenario.namespace;
	if ("apply" in step) {
		const objects = withNamespaces(step.text, namespace);
		const otherwise = `${step.apply} could not be applied`;
		if (step.anew) await kubectl(environment, ["delete", "--ignore-not-found", "--wait", "-f", "-"], signal, objects, otherwise);
		await kubectl(environment, ["apply", "-f", "-"], signal, objects, otherwise);
	} else if ("patch" in step) {
		const args = ["patch", step.target, "-n", namespace, "--type", step.type, "--patch", step.text];
		await kubectl(environment, args, signal, undefined, `${step.patch} could not be applied`);
	} else if ("delete" in step) {
		await kubectl(
			environment,
			["delete", step.delete, "-n", namespace, "--ignore-not-found"],
			signal,
			undefined,
			`${step.delete} could not be deleted`,
		);
	} else if ("restart" in step) {
		await kubectl(
			environment,
			["rollout", "restart", step.restart, "-n", namespace],
			signal,
			undefined,
			`${step.restart} could not be restarted`,
		);
		const args = ["rollout", "status", step.restart, "-n", namespace, `--timeout=${rolloutMs / 1000}s`];
		await environment.kubectl(args, { timeoutMs: rolloutMs + 10_000, signal });
	} else {
		const nodes = step.on === "any" ? environment.nodes.slice(0, 1) : step.on === "all" ? environment.nodes : [step.on];
		for (const node of nodes) {
			for (const command of nodeOperations[step.node]) {
				const result = await environment.nodeExec(node, command, { timeoutMs: 30_000, signal });
				if (result.exitCode === 0) continue;
				throw new AppError("node-operation-failed", `${step.node} on ${node} failed: ${result.stderr.trim()}`, { mend: "Reset the lab." });
			}
		}
	}
}
