import type { ScenarioInstance } from "../../scenarios/instance.ts";
import type { FixScript, WrongScript } from "../../scenarios/scripts.ts";
import { type Mutant, mutantsOf } from "./mutants.ts";

export interface FixRun {
	script: FixScript;
	/** On top of the repair, one after the other. */
	chained: Mutant[];
	/** Each from a fault of its own. */
	apart: Mutant[];
}

/** All that is proven of one variant, besides its baseline and fault. */
export interface Proof {
	instance: ScenarioInstance;
	fixes: FixRun[];
	wrong: WrongScript[];
}

/**
 * Which runs are made on which variant. The first of the list takes all, mutants too; of the others each takes the
 * accepted fixes, since names and the place of the fault differ, and the wrong ones that only it has.
 */
export function planRuns(instances: readonly ScenarioInstance[]): Proof[] {
	const wrongSeen = new Set<string>();
	return instances.map((instance, index) => {
		const fixes = instance.fixes.map((script) => ({
			script,
			...(index === 0 ? mutantsOf(instance, script) : { chained: [], apart: [] }),
		}));
		const wrong = instance.wrong.filter(({ name }) => !wrongSeen.has(name));
		for (const { name } of wrong) wrongSeen.add(name);
		return { instance, fixes, wrong };
	});
}
