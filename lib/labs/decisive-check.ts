import { AppError } from "../core/errors.ts";
import type { GradeReport } from "../protocol/report.ts";
import type { LabRuntime } from "./lab-runtime.ts";
import type { LabRecord } from "./lab-store.ts";
import type { Lifecycle, LifecycleDeps } from "./lifecycle.ts";

interface CheckDeps extends Pick<LifecycleDeps, "store" | "timeline" | "clock" | "notify"> {
	lifecycle: Lifecycle;
	find(labId: string): Promise<LabRecord>;
}

/**
 * Far beyond any check: with all that goes before it, no run of the proofs took more than three minutes, three clusters on two cores. What
 * fails whenever all is asked at once, and passes alone, is asked without end.
 */
const longestMs = 20 * 60_000;
const tooLong = new AppError("check-too-long", "The check came to no end within 20 minutes.", {
	kind: "conflict",
	retryable: true,
	mend: "Check again; where it comes to no end again, see what fails only when it is asked several things at once.",
});

/**
 * The decisive check of a lab: one at a time, kept as the lab's report, and where it passes the lab is solved.
 * @throws AppError `check-running`, `lab-not-taken-up`, `check-too-long`, and those of the grader
 */
export async function decisiveCheck(labId: string, runtime: LabRuntime, deps: CheckDeps): Promise<GradeReport> {
	const { store, timeline, clock, notify, lifecycle, find } = deps;
	if (runtime.checking !== null) {
		throw new AppError("check-running", "A check of this lab is running already.", { kind: "conflict", retryable: true });
	}
	const grader = runtime.grader;
	if (!grader) throw new AppError("lab-not-taken-up", `Lab ${labId} is being taken up.`, { kind: "conflict", retryable: true });
	const step = (name: string | null) => {
		runtime.checking = name;
		notify(labId);
	};
	const ending = new AbortController();
	runtime.grading = ending;
	const over = new AbortController();
	clock.sleep(longestMs, over.signal).then(
		() => ending.abort(tooLong),
		() => {},
	);
	step("Starting the check");
	try {
		const check = (await find(labId)).checks + 1;
		await store.update(labId, { checks: check });
		const report = await grader.decisive({ signal: ending.signal, check, onStep: step });
		await store.update(labId, { report });
		await timeline.append(labId, "check", `${report.verdict}, ${report.repair}: ${report.points} of ${report.maxPoints} points`, {
			report,
		});
		const { state } = await find(labId);
		if (report.verdict === "pass" && state === "active") await lifecycle.move(labId, "solve", { solvedAt: clock.now() });
		return report;
	} finally {
		over.abort();
		runtime.grading = undefined;
		step(null);
	}
}
