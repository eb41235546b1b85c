import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/log.ts";
import type { GradeReport, ObjectiveResult } from "../protocol/report.ts";
import type { LabEnvironment } from "../providers/provider.ts";
import type { ScenarioInstance } from "../scenarios/instance.ts";
import { gradeDecisively } from "./decisive.ts";
import { evaluateObjectives, namespacesOf } from "./evaluate.ts";
import { readView } from "./kube-reader.ts";
import { followLive } from "./live.ts";

/** Judges one lab by sending traffic. */
export interface Grader {
	/** One round of every objective; touches nothing. */
	once(signal: AbortSignal): Promise<ObjectiveResult[]>;
	/**
	 * Follows the objectives until the signal; resolves then. Touches nothing.
	 * @param onChange all objectives, whenever a verdict or message changes and every few seconds
	 */
	live(onChange: (results: ObjectiveResult[]) => void, signal: AbortSignal): Promise<void>;
	/** The decisive check: restarts pods of the lab. @throws AppError where the platform fails */
	decisive(options: { signal: AbortSignal; onStep(step: string): void }): Promise<GradeReport>;
}

export function createGrader(options: { environment: LabEnvironment; scenario: ScenarioInstance; clock: Clock; log: Logger }): Grader {
	const { environment, scenario, clock, log } = options;
	return {
		async once(signal) {
			const view = await readView(environment.admin, namespacesOf(scenario), signal);
			return evaluateObjectives({ environment, scenario, view, signal });
		},
		live: (onChange, signal) => followLive({ environment, scenario, clock, log, signal, onChange }),
		decisive: ({ signal, onStep }) => gradeDecisively({ environment, scenario, clock, signal, onStep }),
	};
}

export type CreateGrader = typeof createGrader;
