import type { Clock } from "../../core/clock.ts";
import { toErrorBody } from "../../core/errors.ts";
import type { Logger } from "../../core/log.ts";
import type { ClusterView } from "../../grading/cluster-view.ts";
import { createGrader } from "../../grading/grade.ts";
import type { GradeReport } from "../../protocol/report.ts";
import type { ProofRun } from "../../protocol/scenario.ts";
import type { LabEnvironment, StepContext } from "../../providers/provider.ts";
import type { FoundObject } from "../reset/census.ts";
import { recordObjects } from "../reset/reset.ts";
import { scenarioSteps } from "../steps/scenario-steps.ts";
import { judgeFix, judgeMutant, judgeWrong, type RunJudgement } from "./judge-run.ts";
import { actOut } from "./mutant-acts.ts";
import { type Mutant, outcomeInWords } from "./mutants.ts";
import type { FixRun, Proof } from "./plan-runs.ts";
import { runScript } from "./run-script.ts";
import type { SharedLab } from "./shared-lab.ts";
import { fixReason, wrongReason } from "./why.ts";

export interface ProveOptions {
	context: StepContext;
	clock: Clock;
	log: Logger;
	onRun(run: ProofRun): void;
}

/** A lab as the fault left it. */
interface Broken {
	environment: LabEnvironment;
	before: ClusterView;
	objects: FoundObject[];
}

/** Proves one variant of a scenario, run by run; a baseline or fault that does not prove ends it. */
export async function proveInstance(lab: SharedLab, { instance, fixes, wrong }: Proof, options: ProveOptions): Promise<void> {
	const { context, clock, log, onRun } = options;
	const { signal } = context;
	const quiet: StepContext = { signal, onStep: (step) => log.debug({ slug: instance.slug, step }, "verify") };
	const breaks = instance.fault.breaks;

	const prove = async (run: Pick<ProofRun, "kind" | "name" | "expected" | "why">, act: () => Promise<RunJudgement>): Promise<boolean> => {
		context.onStep(run.kind === run.name ? run.kind : `${run.kind === "wrong" ? "wrong fix" : run.kind} ${run.name}`);
		const done = await timed({ ...run, slug: instance.slug, seed: instance.seed }, clock, signal, act);
		onRun(done);
		return done.ok;
	};
	const grade = (environment: LabEnvironment, before: ClusterView | undefined): Promise<GradeReport> =>
		createGrader({ environment, scenario: instance, before, clock, log }).decisive({ signal, check: 1, onStep: quiet.onStep });

	const toBaseline = async (): Promise<LabEnvironment> => {
		const environment = await lab.fresh(instance);
		await scenarioSteps.applyBaseline(environment, instance, quiet);
		await scenarioSteps.proveHealthy(environment, instance, quiet);
		return environment;
	};
	const toFault = async (environment: LabEnvironment): Promise<Broken> => {
		await scenarioSteps.applyFault(environment, instance, quiet);
		return asBroken(environment);
	};
	const asBroken = async (environment: LabEnvironment): Promise<Broken> => {
		await scenarioSteps.proveFault(environment, instance, quiet);
		return { environment, before: await scenarioSteps.snapshot(environment, signal), objects: await recordObjects(environment, signal) };
	};

	const healthy = { expected: "every objective and guard passes the decisive check", why: "Nothing is broken yet." };
	let whole: LabEnvironment | undefined;
	const baseline = await prove({ kind: "baseline", name: "baseline", ...healthy }, async () => {
		whole = await toBaseline();
		return { ...judgeFix(await grade(whole, undefined)), expected: healthy.expected };
	});
	if (!baseline || !whole) return;

	const symptom = outcomeInWords("fault", breaks);
	const base = whole;
	let first: Broken | undefined;
	const fault = { kind: "fault", name: "fault", expected: symptom, why: "It is what the ticket tells, and no more." } as const;
	const shown = await prove(fault, async () => {
		first = await toFault(base);
		await lab.keep();
		return { ok: true, expected: symptom, verdict: symptom };
	});
	if (!shown) return;

	/** The first run takes the fault that is there; each later one goes back to it, and shows that the symptom is. */
	const broken = async (): Promise<Broken> => {
		const ready = first;
		first = undefined;
		if (ready) return ready;
		const again = await lab.again();
		return again ? asBroken(again) : toFault(await toBaseline());
	};
	const repaired = async ({ script }: FixRun): Promise<Broken> => {
		const state = await broken();
		await runScript(state.environment, instance, script.text, signal);
		return state;
	};
	const mutate = (mutant: Mutant, start: () => Promise<Broken>) =>
		prove({ kind: "mutant", name: mutant.name, expected: outcomeInWords(mutant.outcome, breaks), why: mutant.why }, async () => {
			const { environment, before, objects } = await start();
			await actOut(mutant.act, { environment, instance, context: quiet, clock, fault: objects });
			return judgeMutant(mutant.outcome, await grade(environment, before), breaks);
		});

	for (const fix of fixes) {
		let state: Broken | undefined;
		const accepted = await prove({ kind: "fix", name: fix.script.name, expected: "repair", why: fixReason(fix.script) }, async () => {
			state = await repaired(fix);
			return judgeFix(await grade(state.environment, state.before));
		});
		if (!accepted) state = undefined;
		for (const mutant of fix.chained) {
			// What went wrong in one must not speak for the next.
			const from = state;
			if (!(await mutate(mutant, async () => from ?? repaired(fix)))) state = undefined;
		}
		for (const mutant of fix.apart) await mutate(mutant, () => (mutant.act.do === "leave-out" ? broken() : repaired(fix)));
	}
	for (const script of wrong) {
		const expected = `${script.fails} fails: ${script.reason}`;
		await prove({ kind: "wrong", name: script.name, expected, why: wrongReason(script, instance) }, async () => {
			const { environment, before } = await broken();
			await runScript(environment, instance, script.text, signal);
			return judgeWrong(script, await grade(environment, before));
		});
	}
}

/** Times one proof; what it throws is its outcome, unless everything is being cancelled. */
async function timed(
	run: Omit<ProofRun, "verdict" | "ok" | "seconds">,
	clock: Clock,
	signal: AbortSignal,
	act: () => Promise<RunJudgement>,
): Promise<ProofRun> {
	const startedAt = clock.now();
	const seconds = () => Math.round((clock.now() - startedAt) / 100) / 10;
	try {
		return { ...run, ...(await act()), seconds: seconds() };
	} catch (error) {
		if (signal.aborted) throw signal.reason;
		const { code, message } = toErrorBody(error);
		return { ...run, ok: false, verdict: `${code}: ${message}`, seconds: seconds() };
	}
}
