import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/log.ts";
import type { GradeReport, ObjectiveResult } from "../protocol/report.ts";
import type { LabEnvironment } from "../providers/provider.ts";
import type { ScenarioInstance } from "../scenarios/instance.ts";
import type { ClusterView } from "./cluster-view.ts";
import { gradeDecisively } from "./decisive.ts";
import { evaluateObjectives } from "./evaluate.ts";
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
	/**
	 * The decisive check: restarts pods of the lab.
	 * @param options.check how many decisive checks the attempt has had, this one included: chance is spent over all
	 * @throws AppError where the platform fails
	 */
	decisive(options: { signal: AbortSignal; check: number; onStep(step: string): void }): Promise<GradeReport>;
}

export interface GraderOptions {
	environment: LabEnvironment;
	scenario: ScenarioInstance;
	/** The cluster as the fault left it; undefined before there is a fault. */
	before: ClusterView | undefined;
	clock: Clock;
	log: Logger;
}

export function createGrader(options: GraderOptions): Grader {
	const { environment, scenario, before, clock, log } = options;
	// For checks that can't read the cluster: traffic is asked all the same.
	let last = before;
	return {
		async once(signal) {
			const view = await readView(environment.admin, signal).catch((error: unknown) => {
				if (!last || signal.aborted) throw error;
				log.warn({ err: error }, "the cluster can't be read: its last known state is asked");
				return last;
			});
			last = view;
			return evaluateObjectives({ environment, scenario, view, before, clock, signal });
		},
		live: (onChange, signal) => followLive({ environment, scenario, before, clock, log, signal, onChange }),
		decisive: ({ signal, check, onStep }) =>
			gradeDecisively({
				...{ environment, scenario, before, last, check, clock, signal, onStep },
				onView(view) {
					last = view;
				},
			}),
	};
}

export type CreateGrader = typeof createGrader;
