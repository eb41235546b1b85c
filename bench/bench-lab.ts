import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../lib/core/clock.ts";
import { readHostManifest } from "../lib/core/host.ts";
import { newId } from "../lib/core/ids.ts";
import { createLogger, type Logger } from "../lib/core/log.ts";
import { scenarioSteps } from "../lib/labs/steps/scenario-steps.ts";
import { createKindProvider } from "../lib/providers/kind/kind-provider.ts";
import type { LabEnvironment } from "../lib/providers/provider.ts";
import { loadCatalogue } from "../lib/scenarios/catalogue.ts";
import type { ScenarioInstance } from "../lib/scenarios/instance.ts";

export interface BenchOptions {
	/** `$FAULTLINE_DATA`: only what set-up has left there is read. */
	dataDir: string;
	signal: AbortSignal;
	onStep(step: string): void;
}

export interface BenchLab {
	environment: LabEnvironment;
	scenario: ScenarioInstance;
	log: Logger;
}

/** A lab of its own, broken as the scenario says, on a real cluster; removed at the end however it comes. */
export async function withBenchLab<T>(slug: string, options: BenchOptions, use: (lab: BenchLab) => Promise<T>): Promise<T> {
	const { signal, onStep } = options;
	const host = await readHostManifest(options.dataDir);
	const dataDir = await mkdtemp(join(tmpdir(), "faultline-bench-"));
	const log = createLogger("bench", process.env.FAULTLINE_LOG ?? "error");
	const provider = createKindProvider({ dataDir, instanceId: newId(), host, log, clock: systemClock });
	const labId = newId();
	try {
		const scenario = (await loadCatalogue(join(import.meta.dirname, "..", "scenarios"))).instantiate(slug, 1);
		const context = { signal, onStep };
		const { cluster, access, files } = scenario;
		const environment = await provider.create({ labId, cluster, access, files }, context);
		await scenarioSteps.applyBaseline(environment, scenario, context);
		await scenarioSteps.proveHealthy(environment, scenario, context);
		return await use({ environment, scenario, log });
	} finally {
		await provider.destroy(labId);
		await provider.close();
		await rm(dataDir, { recursive: true, force: true });
	}
}
