import type { Clock } from "../../core/clock.ts";
import { AppError } from "../../core/errors.ts";
import { type Asking, isSampled, judgeObjective } from "../../grading/evaluate.ts";
import { readView } from "../../grading/kube-reader.ts";
import type { ObjectiveResult } from "../../protocol/report.ts";
import type { LabEnvironment, StepContext } from "../../providers/provider.ts";
import type { ScenarioInstance } from "../../scenarios/instance.ts";
import type { Objective } from "../../scenarios/schema.ts";

/**
 * How long a probe of a lab that was just thawed may take. What is answered at all is answered here within 20 ms; what is
 * dropped would use up the scenario's own patience of seconds, and the learner waits.
 */
const patienceMs = 400;
/** Of an intermittent fault, unless one fails sooner; at 50 a second it is 1.2 s at most. */
const mostSamples = 60;
const withinMs = 10_000;
const pollMs = 150;

/**
 * Proves again, on a lab that was proven before it was frozen, that it is broken as the ticket says: one look instead of two,
 * and short patience. An intermittent fault is seen when one sample fails: its test need not come to a decision.
 * @throws AppError `fault-without-symptom`
 */
export async function reproveFault(
	environment: LabEnvironment,
	scenario: ScenarioInstance,
	context: StepContext,
	clock: Clock,
): Promise<void> {
	context.onStep("Proving that it is still broken");
	const deadline = clock.now() + withinMs;
	const manner = { mostPatienceMs: patienceMs, holds: false };
	for (;;) {
		const view = await readView(environment.admin, context.signal);
		const asking = { environment, scenario, view, clock, manner, signal: context.signal };
		const results = await Promise.all(scenario.objectives.map((objective) => look(objective, asking)));
		const wrong = unlikeProvenFault(scenario.fault.breaks, results);
		if (wrong.length === 0) return;
		if (clock.now() > deadline) {
			throw new AppError("fault-without-symptom", `The lab woke and is not as it was: ${wrong.join(" ")}`, { retryable: true });
		}
		await clock.sleep(pollMs, context.signal);
	}
}

/** Judges an objective; of a sampled one no more is drawn than shows the fault. */
async function look(objective: Objective, asking: Asking): Promise<ObjectiveResult> {
	if (!isSampled(objective.check)) return judgeObjective(objective, asking);
	const enough = new AbortController();
	let seen: ObjectiveResult | undefined;
	try {
		return await judgeObjective(objective, {
			...asking,
			signal: AbortSignal.any([asking.signal, enough.signal]),
			onProgress(result) {
				if (!hasFailed(result) && drawn(result) < mostSamples) return;
				seen = result;
				enough.abort();
			},
		});
	} catch (error) {
		if (seen && !asking.signal.aborted) return seen;
		throw error;
	}
}

const drawn = ({ evidence }: ObjectiveResult): number => Math.max(0, ...evidence.map(({ samples }) => samples));
const hasFailed = ({ evidence }: ObjectiveResult): boolean => evidence.some(({ samples, asExpected = samples }) => asExpected < samples);

/** Where a lab differs from how it was when its fault was proven. */
export function unlikeProvenFault(breaks: readonly string[], results: readonly ObjectiveResult[]): string[] {
	return results.flatMap((result) => {
		const { id, verdict, message } = result;
		const open = verdict === "unproven";
		if (breaks.includes(id)) return verdict === "fail" || (open && hasFailed(result)) ? [] : [`${id} should fail and does not: ${message}`];
		return verdict === "pass" || (open && !hasFailed(result)) ? [] : [`${id} should still pass: ${message}`];
	});
}
