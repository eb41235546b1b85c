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
 * Which runs are made on which variant. Each takes its accepted fixes, since names and the place of the fault differ. Wrong
 * fixes, and mutants of an accepted one, are made on the first variant that has the script.
 */
export function planRuns(instances: readonly ScenarioInstance[]): Proof[] {
	const seen = new Set<string>();
	const isFirst = (key: string) => {
		const first = !seen.has(key);
		seen.add(key);
		return first;
	};
	return instances.map((instance) => ({
		instance,
		fixes: instance.fixes.map((script) => ({
			script,
			...(isFirst(`fix ${script.name}`) ? mutantsOf(instance, script) : { chained: [], apart: [] }),
		})),
		wrong: instance.wrong.filter(({ name }) => isFirst(`wrong ${name}`)),
	}));
}
