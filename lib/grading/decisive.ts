import type { Clock } from "../core/clock.ts";
import type { GradeReport, ObjectiveResult } from "../protocol/report.ts";
import type { LabEnvironment } from "../providers/provider.ts";
import type { ScenarioInstance } from "../scenarios/instance.ts";
import type { ClusterView } from "./cluster-view.ts";
import { createDisturber } from "./disturb.ts";
import { evaluateObjectives, workloadsBehind } from "./evaluate.ts";
import { judgeGuards } from "./guards/guards.ts";
import { readView } from "./kube-reader.ts";
import { takesEffectUntil } from "./recent-change.ts";
import { progressWords } from "./sampling/progress-words.ts";
import { chanceOfRound, roundsOfCheck } from "./sampling/spending.ts";
import { touchedObjects } from "./touched/touched.ts";
import { summarise } from "./verdict.ts";

/** Endpoints and rules may lag a pod's readiness; a repair that needs longer than this is none. */
const holdMs = 8000;
const pollMs = 400;

/**
 * The decisive check: probe, then delete a pod of each workload and probe again, then roll each out and probe again.
 * What fails at once is not disturbed further: the answer comes sooner and the lab stays as the learner left it.
 * @throws AppError where the platform fails; a lab that the learner has broken is a report, not an error
 */
export async function gradeDecisively(options: {
	environment: LabEnvironment;
	scenario: ScenarioInstance;
	/** The cluster as the fault left it. */
	before: ClusterView | undefined;
	/** How many decisive checks the attempt has had, this one included. */
	check: number;
	clock: Clock;
	signal: AbortSignal;
	onStep(step: string): void;
}): Promise<GradeReport> {
	const { environment, scenario, before, clock, signal, onStep } = options;
	const startedAt = clock.now();
	const read = () => readView(environment.admin, signal);
	const workloads = workloadsBehind(scenario, before ?? (await read()));
	const disturber = createDisturber({ environment, workloads, read, clock, signal });

	onStep("Asking every objective");
	let objectives = await askUntil(takesEffectUntil(await read(), workloads, clock.now()));
	// Before any disturbance: what it makes is nobody's repair.
	const found = await read();
	const guards = judgeGuards({ scenario, view: found, before });
	const touched = touchedObjects(before, found);

	const rounds = [
		{ when: "After one pod of each workload was deleted", doing: "Deleting one pod of each workload", act: () => disturber.deletePods() },
		{ when: "After each workload was rolled out once", doing: "Rolling each workload out once", act: () => disturber.rollOut() },
	];
	for (const { when, doing, act } of rounds) {
		if (objectives.some(({ verdict }) => verdict !== "pass")) break;
		onStep(doing);
		await act();
		onStep("Waiting for the pods to be ready again");
		const stuck = await disturber.settled();
		onStep("Asking every objective again");
		objectives = (await askUntil(clock.now() + holdMs)).map((result) => afterwards(result, when, stuck));
	}
	return { ...summarise(objectives, guards), objectives, guards, touched, at: clock.now(), durationMs: clock.now() - startedAt };

	/** Asks until all pass or the deadline is over; at least once. */
	async function askUntil(deadline: number): Promise<ObjectiveResult[]> {
		const chance = chanceOfRound({ check: options.check, rounds: roundsOfCheck });
		const onProgress = (result: ObjectiveResult) => onStep(progressWords(result));
		for (;;) {
			const view = await read();
			const results = await evaluateObjectives({
				environment,
				scenario,
				view,
				before,
				read,
				clock,
				manner: { chance },
				onProgress,
				signal,
			});
			if (results.every(({ verdict }) => verdict === "pass") || clock.now() >= deadline) return results;
			await clock.sleep(pollMs, signal);
		}
	}
}

/**
 * Says of a failure when it came: the fix held until then. A workload that does not come back fails what still passes by
 * its old pods: such a fix does not last.
 */
export function afterwards(result: ObjectiveResult, when: string, stuck: string | undefined): ObjectiveResult {
	if (result.verdict === "pass") return stuck ? { ...result, verdict: "fail", points: 0, message: `${when}: ${stuck}` } : result;
	return { ...result, message: `${when}${stuck ? ` (${stuck})` : ""}: ${result.message}` };
}
