import { createHash } from "node:crypto";
import type { Contents } from "../providers/provider.ts";
import type { FaultStep, ScenarioInstance } from "../scenarios/instance.ts";
import type { ScenarioSteps } from "./bring-up.ts";

/** Grows when steps leave something else in a cluster. */
const format = 1;

/**
 * What of a cluster is what its objects say, whatever was there before: a node that starts with them shows what one shows that
 * has seen them change. Not so what is read once and kept, as a ConfigMap by its readers, and what is done to a node.
 */
const memoryless = new Set([
	...["service", "endpointslice", "networkpolicy", "ingress", "ingressclass"],
	...["deployment", "daemonset", "replicaset", "poddisruptionbudget"],
]);

/** Whether a cluster that starts with the fault in it is broken as one is into which it was put. */
export function canStartBroken({ certificates, cluster, fault }: ScenarioInstance): boolean {
	// Keys of a lab are its own; images of add-ons are pulled by each cluster, and not before its mirror runs.
	return certificates.length === 0 && cluster.addons.length === 0 && fault.steps.every(isMemoryless);
}

function isMemoryless(step: FaultStep): boolean {
	if ("patch" in step) return memoryless.has(kindOf(step.target));
	if ("delete" in step) return memoryless.has(kindOf(step.delete));
	if ("apply" in step) return kindsIn(step.text).every((kind) => memoryless.has(kind));
	return false;
}

/** `deployment/front` → `deployment`. */
const kindOf = (target: string): string => target.split("/")[0]?.toLowerCase() ?? "";
const kindsIn = (manifests: string): string[] => [...manifests.matchAll(/^kind:\s*(\S+)/gm)].map(([, kind = ""]) => kind.toLowerCase());

/**
 * Under which a cluster with this variant, proven broken, is kept; undefined where a lab must see the fault come.
 * @param version what labs of the scenario are made from: `versionOf`
 */
export function contentsKey(scenario: ScenarioInstance, version: string): string | undefined {
	if (!canStartBroken(scenario)) return undefined;
	return createHash("sha256")
		.update(JSON.stringify([format, version, scenario.slug, scenario.seed]))
		.digest("hex")
		.slice(0, 16);
}

/** The variant, broken and proven, as contents of a prepared cluster; undefined as {@link contentsKey}. */
export function contentsOf(scenario: ScenarioInstance, version: string, steps: ScenarioSteps): Contents | undefined {
	const key = contentsKey(scenario, version);
	if (key === undefined) return undefined;
	return {
		...{ key, access: scenario.access, files: scenario.files },
		async fill(environment, context) {
			await steps.applyBaseline(environment, scenario, context);
			await steps.proveHealthy(environment, scenario, context);
			await steps.applyFault(environment, scenario, context);
			await steps.proveFault(environment, scenario, context);
		},
	};
}
