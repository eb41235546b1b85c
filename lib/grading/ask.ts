import type { Clock } from "../core/clock.ts";
import type { ObjectiveResult } from "../protocol/report.ts";
import type { ScenarioInstance } from "../scenarios/instance.ts";
import type { Objective } from "../scenarios/schema.ts";
import type { ClusterView } from "./cluster-view.ts";
import type { Watching } from "./disturb.ts";
import { isSampled } from "./evaluate.ts";
import type { Pending } from "./recent-change.ts";

const pollMs = 400;

/** Asks some objectives once on one view. */
export type Evaluate = (scenario: ScenarioInstance, view: ClusterView) => Promise<ObjectiveResult[]>;

/**
 * Asks until all pass, or until nothing more is on its way; at least once. Sampled objectives are asked once, when
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
	for (;;) {
		const results = await ask(plain);
		const open = pending();
		const over = clock.now() >= until(open);
		const allPass = results.every(({ verdict }) => verdict === "pass");
		if (over || (allPass && (sampled.length === 0 || open.length === 0))) {
			const all = [...results, ...(await ask(sampled))];
			return scenario.objectives.flatMap(({ id }) => all.find((result) => result.id === id) ?? []);
		}
		if (open[0]) onWait(open[0].what);
		await watching.change(pollMs);
	}
}
