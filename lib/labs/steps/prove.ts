import type { Clock } from "../../core/clock.ts";
import { AppError } from "../../core/errors.ts";
import { evaluateObjectives } from "../../grading/evaluate.ts";
import { readView } from "../../grading/kube-reader.ts";
import type { ObjectiveResult } from "../../protocol/report.ts";
import type { LabEnvironment, StepContext } from "../../providers/provider.ts";
import type { ScenarioInstance } from "../../scenarios/instance.ts";

/** CoreDNS may be ready only 30 s after `kind create` on two busy cores; see the notes on clusters. */
const healthyWithinMs = 90_000;
/** Rules follow a changed object within a second; a restart of pods takes a few. */
const faultyWithinMs = 45_000;
const pollMs = 500;

/** Every objective passes, twice in a row. @throws AppError `baseline-not-healthy` naming what does not */
export async function proveHealthy(
	environment: LabEnvironment,
	scenario: ScenarioInstance,
	context: StepContext,
	clock: Clock,
): Promise<void> {
	context.onStep("Proving that it is healthy");
	const wrong = await until(environment, scenario, context.signal, { clock, withinMs: healthyWithinMs }, (results) => unhealthy(results));
	if (wrong.length === 0) return;
	throw new AppError("baseline-not-healthy", `The healthy system does not pass: ${wrong.join(" ")}`, {
		retryable: true,
		mend: "Reset the lab.",
	});
}

/** The objectives that the fault breaks fail, all others pass. @throws AppError `fault-without-symptom` */
export async function proveFault(
	environment: LabEnvironment,
	scenario: ScenarioInstance,
	context: StepContext,
	clock: Clock,
): Promise<void> {
	context.onStep("Proving that it is broken as the ticket says");
	const wrong = await until(environment, scenario, context.signal, { clock, withinMs: faultyWithinMs }, (results) =>
		unlikeFault(results, scenario.fault.breaks),
	);
	if (wrong.length === 0) return;
	throw new AppError("fault-without-symptom", `The fault does not show as it should: ${wrong.join(" ")}`, {
		retryable: true,
		mend: "Reset the lab.",
	});
}

/** What keeps a system from being healthy. */
export function unhealthy(results: readonly ObjectiveResult[]): string[] {
	return results.filter(({ verdict }) => verdict !== "pass").map(({ id, message }) => `${id}: ${message}`);
}

/** Where a broken system differs from what the scenario says of its fault. */
export function unlikeFault(results: readonly ObjectiveResult[], breaks: readonly string[]): string[] {
	return results.flatMap(({ id, verdict, message }) => {
		if (breaks.includes(id)) return verdict === "fail" ? [] : [`${id} should fail and does not: ${message}`];
		return verdict === "pass" ? [] : [`${id} should still pass: ${message}`];
	});
}

/** Asks until nothing is wrong twice in a row, or the time is over; answers what was wrong last. */
async function until(
	environment: LabEnvironment,
	scenario: ScenarioInstance,
	signal: AbortSignal,
	limits: { clock: Clock; withinMs: number },
	wrongWith: (results: ObjectiveResult[]) => string[],
): Promise<string[]> {
	const { clock, withinMs } = limits;
	const deadline = clock.now() + withinMs;
	let inRow = 0;
	for (;;) {
		const view = await readView(environment.admin, signal);
		const wrong = wrongWith(await evaluateObjectives({ environment, scenario, view, clock, signal }));
		inRow = wrong.length === 0 ? inRow + 1 : 0;
		if (inRow === 2 || clock.now() > deadline) return wrong;
		await clock.sleep(pollMs, signal);
	}
}
