import type { Clock } from "../../core/clock.ts";
import type { LabEnvironment, StepContext } from "../../providers/provider.ts";
import type { ScenarioInstance } from "../../scenarios/instance.ts";
import type { FoundObject } from "../reset/census.ts";
import { revertObjects } from "../reset/reset.ts";
import { applyFault, applyStep } from "../steps/fault.ts";
import type { MutantAct } from "./mutants.ts";
import { runScript } from "./run-script.ts";

const rolloutMs = 120_000;
const controllers = new Set(["Deployment", "StatefulSet", "DaemonSet"]);

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
	} else if (act.do === "fault-step") {
		const step = instance.fault.steps[act.step];
		if (step) await applyStep(environment, instance, step, signal);
	} else {
		await revertObjects(environment, fault, signal, clock);
		// Once more, for what is no object: rules of nodes, restarts.
		await applyFault(environment, instance, context);
		await settle(environment, instance, signal);
	}
}

/** Workloads of the story: all that the learner could restart. */
function workloads(instance: ScenarioInstance): { kind: string; namespace: string; name: string }[] {
	return instance.baselineObjects.flatMap(({ object: { kind, metadata } }) => {
		const namespace = metadata.namespace ?? instance.namespace;
		return controllers.has(kind) && instance.access.namespaces.includes(namespace)
			? [{ kind: kind.toLowerCase(), namespace, name: metadata.name }]
			: [];
	});
}

function namespacesOf(instance: ScenarioInstance): string[] {
	return [...new Set(workloads(instance).map(({ namespace }) => namespace))];
}

function rolledOut(instance: ScenarioInstance): string[] {
	return workloads(instance).map(({ kind, namespace, name }) => `kubectl -n ${namespace} rollout status ${kind}/${name} --timeout=90s`);
}

/** As the learner would type it. */
function restartScript(instance: ScenarioInstance): string {
	return [
		...namespacesOf(instance).map((namespace) => `kubectl -n ${namespace} delete pods --all --wait=false`),
		...rolledOut(instance),
		...workloads(instance).map(({ kind, namespace, name }) => `kubectl -n ${namespace} rollout restart ${kind}/${name}`),
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
			`kubectl -n ${namespace} delete -f - <<< "$objects"`,
			`kubectl -n ${namespace} create -f - <<< "$objects"`,
		]),
		...rolledOut(instance),
	].join("\n");
}

/** Rollouts end before a verdict is asked for; a fault may keep one from ending. */
async function settle(environment: LabEnvironment, instance: ScenarioInstance, signal: AbortSignal): Promise<void> {
	await Promise.all(
		workloads(instance).map(({ kind, namespace, name }) =>
			environment.kubectl(["rollout", "status", `${kind}/${name}`, "-n", namespace, "--timeout=20s"], { timeoutMs: rolloutMs, signal }),
		),
	);
}
