import type { Clock } from "../../core/clock.ts";
import type { LabEnvironment, StepContext } from "../../providers/provider.ts";
import type { ScenarioInstance } from "../../scenarios/instance.ts";
import type { FoundObject } from "../reset/census.ts";
import { revertObjects } from "../reset/reset.ts";
import { applyFault, applyStep } from "../steps/fault.ts";
import type { MutantAct } from "./mutants.ts";
import { runScript } from "./run-script.ts";

export interface ActOptions {
	environment: LabEnvironment;
	instance: ScenarioInstance;
	context: StepContext;
	clock: Clock;
	/** Objects as the fault left them. */
	fault: readonly FoundObject[];
}

/** Does to a repaired system what the mutant says. */
export async function actOut(act: MutantAct, { environment, instance, context, clock, fault }: ActOptions): Promise<void> {
	const { signal } = context;
	if (act.do === "leave-out") {
		// A later part may need what is left out: how far it came is judged, not how it ended.
		await runScript(environment, instance, act.text, signal, "may-fail");
	} else if (act.do === "restart") {
		await runScript(environment, instance, restartScript(instance), signal);
	} else if (act.do === "recreate") {
		await runScript(environment, instance, recreateScript(instance), signal);
	} else if (act.do === "fault-steps") {
		for (const [index, step] of instance.fault.steps.entries())
			if (act.steps.includes(index)) await applyStep(environment, instance, step, signal);
	} else {
		await revertObjects(environment, fault, signal, clock);
		// Once more, for what is no object: rules of nodes, restarts.
		await applyFault(environment, instance, context);
		await settle(environment, instance, signal);
	}
}

/** Namespaces of the story in which the learner may do anything. */
function namespacesOf(instance: ScenarioInstance): string[] {
	const own = instance.baselineObjects.map(({ object }) => object.metadata.namespace ?? instance.namespace);
	return [...new Set(own)].filter((namespace) => instance.access.namespaces.includes(namespace));
}

/** For whatever runs there: the fault may have removed a workload of the story, the fix may have made one. */
function forEachWorkload(namespace: string, command: string): string {
	return `for one in $(kubectl -n ${namespace} get deployments,daemonsets,statefulsets -o name); do kubectl -n ${namespace} ${command}; done`;
}

function rolledOut(instance: ScenarioInstance): string[] {
	return namespacesOf(instance).map((namespace) => forEachWorkload(namespace, 'rollout status "$one" --timeout=90s'));
}

/** As the learner would type it. Nothing is waited for in between: the check itself deletes pods of one template. */
function restartScript(instance: ScenarioInstance): string {
	return [
		...namespacesOf(instance).map((namespace) => `kubectl -n ${namespace} delete pods --all --wait=false`),
		...namespacesOf(instance).map((namespace) => forEachWorkload(namespace, 'rollout restart "$one"')),
		...rolledOut(instance),
	].join("\n");
}

/** What the cluster has filled in goes; a Service that is headless stays so. */
const stripped = `del(.items[] | select(.kind == "Service" and .metadata.name == "kubernetes"))
  | .items |= map(del(.status, .metadata.uid, .metadata.resourceVersion, .metadata.creationTimestamp, .metadata.generation, .metadata.managedFields)
  | if .kind == "Service" and .spec.clusterIP != "None" then del(.spec.clusterIP, .spec.clusterIPs) else . end)`;

function recreateScript(instance: ScenarioInstance): string {
	return [
		...namespacesOf(instance).flatMap((namespace) => [
			`objects=$(kubectl -n ${namespace} get deployments,services -o json | jq '${stripped}')`,
			`if [ "$(jq '.items | length' <<< "$objects")" -gt 0 ]; then`,
			`  kubectl -n ${namespace} delete -f - <<< "$objects"`,
			`  kubectl -n ${namespace} create -f - <<< "$objects"`,
			"fi",
		]),
		...rolledOut(instance),
	].join("\n");
}

/** Rollouts end before a verdict is asked for; a fault may keep one from ending. */
async function settle(environment: LabEnvironment, instance: ScenarioInstance, signal: AbortSignal): Promise<void> {
	await Promise.all(
		namespacesOf(instance).map((namespace) =>
			runScript(environment, instance, forEachWorkload(namespace, 'rollout status "$one" --timeout=20s || true'), signal),
		),
	);
}
