import type { Clock } from "../core/clock.ts";
import type { ObjectiveResult } from "../protocol/report.ts";
import type { ScenarioInstance } from "../scenarios/instance.ts";
import type { Objective } from "../scenarios/schema.ts";
import type { ClusterView } from "./cluster-view.ts";
import type { Watching } from "./disturb.ts";
import { isSampled } from "./evaluate.ts";
import type { Pending } from "./recent-change.ts";

const pollMs = 400;
/**
 * An objective that has failed in this look counts as passing when it has passed so often in a row: what fails at times
 * would otherwise be asked until it happens to pass. docs/sampling.md says what that leaves to chance.
 */
const passesInARow = 5;

/** Asks some objectives once on one view. */
export type Evaluate = (scenario: ScenarioInstance, view: ClusterView) => Promise<ObjectiveResult[]>;

/**
 * Asks until all pass and go on to, or until nothing more is on its way; at least once. Sampled objectives are asked once, when
 * nothing is on its way any more: samples of a system that is still changing would prove nothing, and asking again until
 * they pass would spend the risk that the scenario states.
 * @param pending what a change may still have to reach, at the time of the call
 * @param until the end of all patience, milliseconds since the epoch, given what is pending
 * @param onWait told what is waited for
 * @returns in the scenario's order
 */
export async function askUntil(options: {
	scenario: ScenarioInstance;
	evaluate: Evaluate;
	watching: Watching;
	clock: Clock;
	pending(): readonly Pending[];
	until(pending: readonly Pending[]): number;
	onWait(what: string): void;
}): Promise<ObjectiveResult[]> {
	const { scenario, evaluate, watching, clock, pending, until, onWait } = options;
	const sampled = scenario.objectives.filter(({ check }) => isSampled(check));
	const plain = scenario.objectives.filter((objective) => !isSampled(objective.check));
	const ask = async (objectives: readonly Objective[]) =>
		objectives.length === 0 ? [] : evaluate({ ...scenario, objectives: [...objectives] }, watching.current());
	const passes = ({ verdict }: ObjectiveResult) => verdict === "pass";
	const newest = new Map<string, ObjectiveResult>();
	const note = (results: readonly ObjectiveResult[]) => {
		for (const result of results) newest.set(result.id, result);
		return results.every(passes);
	};
	for (;;) {
		const together = note(await ask(plain));
		const open = pending();
		if (together && (sampled.length === 0 || open.length === 0 || clock.now() >= until(open))) break;
		if (open[0]) onWait(open[0].what);
		if (together) {
			await watching.change(pollMs);
			continue;
		}
		// Those that fail are asked again each at its own pace, once at least: one that takes long to ask must not use up the
		// others' time. Then all together again.
		const failing = plain.filter(({ id }) => newest.get(id)?.verdict !== "pass");
		if (!(await Promise.all(failing.map(untilItLasts))).every(Boolean)) break;
	}
	note(await ask(sampled));
	return scenario.objectives.flatMap(({ id }) => newest.get(id) ?? []);

	/** The last passes may come after all patience: only a failure ends it then. */
	async function untilItLasts(objective: Objective): Promise<boolean> {
		for (let passed = 0; passed < passesInARow; ) {
			await watching.change(pollMs);
			passed = note(await ask([objective])) ? passed + 1 : 0;
			if (passed === 0 && clock.now() >= until(pending())) return false;
		}
		return true;
	}
}
