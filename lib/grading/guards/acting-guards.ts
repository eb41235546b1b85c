import type { Clock } from "../../core/clock.ts";
import type { GuardResult, ObjectiveResult } from "../../protocol/report.ts";
import type { LabEnvironment } from "../../providers/provider.ts";
import type { ScenarioInstance } from "../../scenarios/instance.ts";
import type { ClusterView } from "../cluster-view.ts";
import { workloadOf } from "../workload-reference.ts";
import { newRoutes } from "./new-routes.ts";

/**
 * Judges the guards that a snapshot can't: those that add something to the cluster for a moment. The others are returned as
 * they are. Where an objective fails they are not asked: the repair is none, whatever they would say.
 * @param guards as `judgeGuards` has left them
 * @throws AppError `grade-command-failed`
 */
export async function judgeByActing(
	guards: readonly GuardResult[],
	options: {
		scenario: ScenarioInstance;
		objectives: readonly ObjectiveResult[];
		view: ClusterView;
		/** The cluster as the fault left it. */
		before: ClusterView | undefined;
		environment: Pick<LabEnvironment, "kubectl" | "probe">;
		clock: Clock;
		signal: AbortSignal;
		onStep(step: string): void;
	},
): Promise<GuardResult[]> {
	const { scenario, objectives, view, before, environment, clock, signal, onStep } = options;
	if (objectives.some(({ verdict }) => verdict !== "pass")) return [...guards];
	const judged: GuardResult[] = [];
	for (const guard of guards) {
		const rule = scenario.guards.find(({ id }) => id === guard.id)?.rule;
		if (rule?.type !== "new-routes") {
			judged.push(guard);
			continue;
		}
		onStep("Adding a route of Faultline's own for a moment");
		const finding = await newRoutes({
			...{ rule, view, environment, clock, signal, namespace: scenario.namespace },
			workload: (reference) => workloadOf(scenario, reference, before ?? view),
		});
		judged.push({ ...guard, ...finding });
	}
	return judged;
}
