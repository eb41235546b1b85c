import { availableParallelism, loadavg } from "node:os";
import { systemClock } from "../lib/core/clock.ts";
import { createGrader } from "../lib/grading/grade.ts";
import { scenarioSteps } from "../lib/labs/steps/scenario-steps.ts";
import { type BenchLab, type BenchOptions, withBenchLab } from "./bench-lab.ts";
import { atMost, type Figure, told } from "./figure.ts";
import { liveSpeed } from "./live-speed.ts";
import { probeSpeed } from "./probe-speed.ts";
import { benchSampling } from "./sampling.ts";

/** Longest time for which a decisive check says nothing new: a step over a second should name its stage (page.md). */
const silenceS = 15;

/**
 * What grading costs and how soon it tells, on a lab of its own.
 * @throws AppError where no lab can be made
 */
export async function benchGrade(options: BenchOptions): Promise<Figure[]> {
	const { signal, onStep } = options;
	onStep("Samples needed, by simulation");
	const sampling = benchSampling();
	return withBenchLab("broken-selector", options, async (lab) => {
		onStep("Twelve probes, against kubectl exec");
		const probes = await probeSpeed(lab.environment, lab.scenario, signal);
		onStep("Decisive check of the healthy system");
		const decisive = await decisiveSpeed(lab, signal, onStep);
		onStep("Live objectives");
		const live = await liveSpeed(lab, signal);
		return [...probes, ...live, ...decisive, ...sampling, told("programs that wanted a core at the end, for each core", busy(), "ratio")];
	});
}

/** Seconds mean little where this is far above 1. */
function busy(): number {
	return (loadavg()[0] ?? 0) / availableParallelism();
}

async function decisiveSpeed(
	{ environment, scenario, log }: BenchLab,
	signal: AbortSignal,
	onStep: (step: string) => void,
): Promise<Figure[]> {
	const before = await scenarioSteps.snapshot(environment, signal);
	const grader = createGrader({ environment, scenario, before, clock: systemClock, log });
	const steps: number[] = [performance.now()];
	const report = await grader.decisive({
		...{ signal, check: 1 },
		onStep(step) {
			steps.push(performance.now());
			onStep(step);
		},
	});
	if (report.verdict !== "pass") throw new Error(`the healthy system does not pass: ${JSON.stringify(report)}`);
	steps.push(performance.now());
	const gaps = steps.slice(1).map((at, index) => at - (steps[index] as number));
	return [
		told("decisive check of a healthy system", report.durationMs / 1000, "s"),
		told("steps that it names", steps.length - 2, "steps"),
		atMost("longest step of a decisive check", Math.max(...gaps) / 1000, "s", silenceS),
	];
}
