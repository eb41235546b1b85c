import type { ScenarioInstance } from "../../scenarios/instance.ts";
import type { FixScript, WrongScript } from "../../scenarios/scripts.ts";

/** One script to prove on one variant. */
export interface ScriptRun {
	kind: "fix" | "wrong";
	instance: ScenarioInstance;
	script: FixScript | WrongScript;
}

/**
 * Which scripts are run on which variant. The first variant of the list takes all; of the others each takes the accepted
 * fixes, since names and the place of the fault differ, and the wrong ones that only it has.
 */
export function planRuns(instances: readonly ScenarioInstance[]): Map<number, ScriptRun[]> {
	const wrongSeen = new Set<string>();
	return new Map(
		instances.map((instance) => {
			const fixes = instance.fixes.map((script): ScriptRun => ({ kind: "fix", instance, script }));
			const wrong = instance.wrong
				.filter(({ name }) => !wrongSeen.has(name))
				.map((script): ScriptRun => {
					wrongSeen.add(script.name);
					return { kind: "wrong", instance, script };
				});
			return [instance.seed, [...fixes, ...wrong]];
		}),
	);
}
