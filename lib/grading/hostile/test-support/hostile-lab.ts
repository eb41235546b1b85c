import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { systemClock } from "../../../core/clock.ts";
import { newId } from "../../../core/ids.ts";
import { createLogger } from "../../../core/log.ts";
import { type LabRecord, recordLab, resetLab } from "../../../labs/reset/reset.ts";
import { scenarioSteps } from "../../../labs/steps/scenario-steps.ts";
import type { GradeReport } from "../../../protocol/report.ts";
import { createKindProvider } from "../../../providers/kind/kind-provider.ts";
import { testHost } from "../../../providers/kind/testing/test-host.ts";
import type { LabEnvironment, LabProvider } from "../../../providers/provider.ts";
import { loadCatalogue } from "../../../scenarios/catalogue.ts";
import type { ScenarioInstance } from "../../../scenarios/instance.ts";
import { scenariosDirectory } from "../../../scenarios/test-support/copies.ts";
import type { ClusterView } from "../../cluster-view.ts";
import { createGrader } from "../../grade.ts";

const commandMs = 300_000;

/** What somebody does at the turns of a decisive check. */
interface Meanwhile {
	/** Right before the learner's changes are held. */
	beforeHold?(): Promise<unknown>;
	/** As soon as they are held; the check waits for it. */
	afterHold?(): Promise<unknown>;
	/** As soon as they are taken again. */
	afterRelease?(): Promise<unknown>;
}

/** One lab for hostile learners, put back to its fault before each. */
export interface HostileLab {
	readonly environment: LabEnvironment;
	/** Namespace and names of the scenario's variant, as scripts see them. */
	readonly values: Readonly<Record<string, string>>;
	/** Makes the lab, and breaks it as the scenario says. */
	start(): Promise<void>;
	/** The lab as the fault left it: nothing of what a hostile learner has added is left. @throws where something is */
	restore(): Promise<void>;
	/** Runs a script on the workstation, as the learner. @throws where it fails */
	learner(script: string): Promise<string>;
	/** Runs kubectl as administrator. @throws where it fails */
	admin(...args: string[]): Promise<string>;
	/** Applies a manifest as administrator: what a learner of a scenario with wider access may. @throws where it fails */
	apply(manifest: string): Promise<string>;
	/** The grader sees the cluster as it is now, as it does all the time while a learner works. */
	inSight(): Promise<void>;
	/** The decisive check. */
	grade(meanwhile?: Meanwhile): Promise<GradeReport>;
	close(): Promise<void>;
}

interface Started {
	environment: LabEnvironment;
	scenario: ScenarioInstance;
	provider: LabProvider;
	dataDir: string;
	record: LabRecord;
	/** The cluster as the grader knows it from before. */
	before: ClusterView;
}

/** @param slug a scenario; @param seed its variant */
export function hostileLab(slug: string, seed: number): HostileLab {
	const clock = systemClock;
	const log = createLogger("test", process.env.FAULTLINE_LOG ?? "warn");
	const labId = newId();
	const context = { signal: new AbortController().signal, onStep: () => {} };
	let started: Started | undefined;
	const here = () => {
		if (!started) throw new Error("the lab has not been started");
		return started;
	};
	const must = async (running: ReturnType<LabEnvironment["exec"]>) => {
		const { exitCode, stdout, stderr } = await running;
		if (exitCode !== 0) throw new Error(`ended with ${exitCode}: ${stderr || stdout}`);
		return stdout.trim();
	};
	const kubectl = (args: readonly string[], stdin?: string) =>
		must(here().environment.kubectl(args, { timeoutMs: commandMs, ...(stdin === undefined ? {} : { stdin }) }));
	const lookAgain = async () => {
		here().before = await scenarioSteps.snapshot(here().environment, context.signal);
	};

	return {
		get environment() {
			return here().environment;
		},
		get values() {
			return here().scenario.values;
		},
		admin: (...args) => kubectl(args),
		apply: (manifest) => kubectl(["apply", "-f", "-"], manifest),
		inSight: lookAgain,
		async start() {
			const dataDir = await mkdtemp(join(tmpdir(), "faultline-hostile-"));
			const instanceId = process.env.FAULTLINE_INSTANCE ?? newId();
			const provider = createKindProvider({ dataDir, instanceId, host: await testHost(), log, clock });
			const scenario = (await loadCatalogue(scenariosDirectory)).instantiate(slug, seed);
			const environment = await provider.create({ labId, ...scenario }, context);
			await scenarioSteps.applyBaseline(environment, scenario, context);
			await scenarioSteps.applyFault(environment, scenario, context);
			await scenarioSteps.proveFault(environment, scenario, context);
			const record = await recordLab(environment, context.signal, clock);
			const before = await scenarioSteps.snapshot(environment, context.signal);
			started = { environment, scenario, provider, dataDir, record, before };
		},
		async restore() {
			const { environment, scenario, record } = here();
			const { left, durationMs } = await resetLab(environment, record, context, clock);
			log.info({ durationMs }, "reset");
			if (left.length > 0) throw new Error(`not as before: ${left.map(({ where, what }) => `${where}: ${what}`).join("; ")}`);
			await scenarioSteps.proveFault(environment, scenario, context);
			await lookAgain();
		},
		learner(script) {
			const { environment, scenario } = here();
			const options = { timeoutMs: commandMs, env: scenario.values };
			return must(environment.exec(["bash", "-euo", "pipefail", "-c", script], options));
		},
		async grade({ beforeHold, afterHold, afterRelease } = {}) {
			const { environment, scenario, before } = here();
			const hooked: LabEnvironment = {
				...environment,
				async hold(signal) {
					await beforeHold?.();
					await environment.hold(signal);
					await afterHold?.();
				},
				async release(signal) {
					await environment.release(signal);
					await afterRelease?.();
				},
			};
			const grader = createGrader({ environment: hooked, scenario, before, clock, log });
			const report = await grader.decisive({ signal: context.signal, check: 1, onStep: () => {} });
			log.info({ case: expect.getState().currentTestName, ...report }, "graded");
			return report;
		},
		async close() {
			if (!started) return;
			await started.provider.destroy(labId);
			await started.provider.close();
			await rm(started.dataDir, { recursive: true, force: true });
		},
	};
}
