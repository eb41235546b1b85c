import type { Clock } from "../../core/clock.ts";
import { AppError, toErrorBody } from "../../core/errors.ts";
import { newId } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import { createGrader } from "../../grading/grade.ts";
import type { StreamItem } from "../../protocol/calls.ts";
import type { ProofRun } from "../../protocol/scenario.ts";
import type { LabEnvironment, LabProvider, StepContext } from "../../providers/provider.ts";
import type { Catalogue } from "../../scenarios/catalogue.ts";
import type { ScenarioInstance } from "../../scenarios/instance.ts";
import type { WrongScript } from "../../scenarios/scripts.ts";
import { scenarioSteps } from "../steps/scenario-steps.ts";
import { clearNamespaces } from "./clear.ts";
import { judgeFix, judgeWrong, type RunJudgement } from "./judge-run.ts";
import { planRuns, type ScriptRun } from "./plan-runs.ts";

const scriptMs = 180_000;

export interface VerifyOptions {
	/** None means all. */
	slugs: readonly string[];
	/** None means every seed of the scenario. */
	seeds?: readonly number[] | undefined;
	signal: AbortSignal;
	clock: Clock;
	log: Logger;
}

type Item = StreamItem<"scenario.verify">;

/**
 * Proves scenarios on real clusters: the baseline passes, the fault shows its symptom, each accepted fix is a repair, each
 * wrong one fails with the check and reason it names. One cluster a scenario, emptied between runs; removed at the end
 * however it comes.
 * @throws AppError where the platform fails outside a run, as when no cluster can be made
 */
export async function* verify(provider: LabProvider, catalogue: Catalogue, options: VerifyOptions): AsyncGenerator<Item, void, void> {
	const slugs = options.slugs.length > 0 ? options.slugs : catalogue.slugs();
	const chosen = slugs.map((slug) => instancesOf(catalogue, slug, options.seeds));
	const runs: ProofRun[] = [];
	for (const instances of chosen) {
		for await (const item of verifyScenario(provider, instances, options)) {
			if ("run" in item) runs.push(item.run);
			yield item;
		}
	}
	const passed = runs.filter(({ ok }) => ok).length;
	yield { report: { passed, failed: runs.length - passed, runs } };
}

function instancesOf(catalogue: Catalogue, slug: string, seeds: readonly number[] | undefined): ScenarioInstance[] {
	const wanted = seeds && seeds.length > 0 ? seeds : catalogue.seeds(slug);
	return wanted.map((seed) => catalogue.instantiate(slug, seed));
}

async function* verifyScenario(
	provider: LabProvider,
	instances: readonly ScenarioInstance[],
	options: VerifyOptions,
): AsyncGenerator<Item, void, void> {
	const { signal, clock } = options;
	const first = instances[0];
	if (!first) return;
	const labId = newId();
	const context: StepContext = { signal, onStep: (step) => options.log.debug({ slug: first.slug, step }, "verify") };
	const namespaces = [...new Set(instances.flatMap(({ access }) => access.namespaces))];
	try {
		yield { step: `${first.slug}: making a cluster` };
		const access = { ...first.access, namespaces, clusterRules: instances.flatMap((instance) => instance.access.clusterRules) };
		const environment = await provider.create({ labId, cluster: first.cluster, access, files: first.files }, context);
		const plan = planRuns(instances);
		for (const instance of instances) {
			yield* verifySeed(environment, instance, plan.get(instance.seed) ?? [], { ...options, context, namespaces });
		}
	} finally {
		await provider.destroy(labId).catch((error) => options.log.error({ err: error, labId }, "a lab of verify could not be removed"));
		if (signal.aborted) options.log.info({ at: clock.now() }, "verify was cancelled; its lab is removed");
	}
}

interface SeedOptions extends VerifyOptions {
	context: StepContext;
	namespaces: readonly string[];
}

async function* verifySeed(
	environment: LabEnvironment,
	instance: ScenarioInstance,
	scripts: readonly ScriptRun[],
	options: SeedOptions,
): AsyncGenerator<Item, void, void> {
	const { clock, context, namespaces, signal } = options;
	const title = `${instance.slug} (seed ${instance.seed})`;
	const prove = (run: Pick<ProofRun, "kind" | "name" | "expected">, act: () => Promise<RunJudgement | string>) =>
		timed({ ...run, slug: instance.slug, seed: instance.seed }, clock, signal, act);
	const toBaseline = async () => {
		await clearNamespaces(environment, namespaces, signal);
		await scenarioSteps.applyBaseline(environment, instance, context);
		await scenarioSteps.proveHealthy(environment, instance, context);
	};
	const toFault = async () => {
		await scenarioSteps.applyFault(environment, instance, context);
		await scenarioSteps.proveFault(environment, instance, context);
	};

	yield { step: `${title}: baseline` };
	const baseline = await prove({ kind: "baseline", name: "baseline", expected: "every objective passes" }, async () => {
		await toBaseline();
		const report = await gradeNow(environment, instance, options);
		return { ...judgeFix(report), expected: "every objective and guard passes the decisive check" };
	});
	yield { run: baseline };
	if (!baseline.ok) return;

	yield { step: `${title}: fault` };
	const breaks = instance.fault.breaks.join(", ");
	const fault = await prove({ kind: "fault", name: "fault", expected: `${breaks} fail, the others pass` }, async () => {
		await toFault();
		return `${breaks} fail, the others pass`;
	});
	yield { run: fault };
	if (!fault.ok) return;

	let broken = true;
	for (const { kind, script } of scripts) {
		yield { step: `${title}: ${kind === "fix" ? "fix" : "wrong fix"} ${script.name}` };
		const wrong = script as WrongScript;
		const expected = kind === "fix" ? "repair" : `${wrong.fails} fails: ${wrong.reason}`;
		const run = await prove({ kind, name: script.name, expected }, async () => {
			if (!broken) {
				await toBaseline();
				await toFault();
			}
			broken = false;
			await runScript(environment, instance, script.text, signal);
			const report = await gradeNow(environment, instance, options);
			return kind === "fix" ? judgeFix(report) : judgeWrong(wrong, report);
		});
		yield { run };
	}
}

/** Times one proof; what it throws is its outcome, unless everything is being cancelled. */
async function timed(
	run: Omit<ProofRun, "verdict" | "ok" | "seconds">,
	clock: Clock,
	signal: AbortSignal,
	act: () => Promise<RunJudgement | string>,
): Promise<ProofRun> {
	const startedAt = clock.now();
	const done = (outcome: Pick<ProofRun, "verdict" | "ok">): ProofRun => ({
		...run,
		...outcome,
		seconds: Math.round((clock.now() - startedAt) / 100) / 10,
	});
	try {
		const outcome = await act();
		return typeof outcome === "string" ? done({ ok: true, verdict: outcome }) : done(outcome);
	} catch (error) {
		if (signal.aborted) throw signal.reason;
		const { code, message } = toErrorBody(error);
		return done({ ok: false, verdict: `${code}: ${message}` });
	}
}

/** Runs a fix as the learner would type it, on the workstation. @throws AppError `script-failed` */
async function runScript(environment: LabEnvironment, instance: ScenarioInstance, text: string, signal: AbortSignal): Promise<void> {
	const result = await environment.exec(["bash", "-euo", "pipefail", "-s"], {
		timeoutMs: scriptMs,
		signal,
		stdin: text,
		env: instance.values,
	});
	if (result.exitCode === 0) return;
	const said = (result.stderr.trim() || result.stdout.trim()).split("\n").slice(-6).join(" / ");
	throw new AppError("script-failed", `the script ended with ${result.exitCode}: ${said}`);
}

function gradeNow(environment: LabEnvironment, scenario: ScenarioInstance, { clock, log, signal, context }: SeedOptions) {
	return createGrader({ environment, scenario, before: undefined, clock, log }).decisive({ signal, check: 1, onStep: context.onStep });
}
