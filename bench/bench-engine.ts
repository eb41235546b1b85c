import { mkdtemp, readFile, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock as clock } from "../lib/core/clock.ts";
import { readHostManifest } from "../lib/core/host.ts";
import { newId } from "../lib/core/ids.ts";
import { createLogger } from "../lib/core/log.ts";
import { createGrader } from "../lib/grading/grade.ts";
import { createLabService, type LabService } from "../lib/labs/service.ts";
import { reproveFault } from "../lib/labs/steps/reprove.ts";
import { scenarioSteps } from "../lib/labs/steps/scenario-steps.ts";
import { createKindProvider } from "../lib/providers/kind/kind-provider.ts";
import type { LabProvider } from "../lib/providers/provider.ts";
import { type Catalogue, loadCatalogue } from "../lib/scenarios/catalogue.ts";
import { openDatabase } from "../lib/store/database.ts";
import { createLabStore } from "../lib/store/lab-store.ts";
import { createTimelineStore } from "../lib/store/timeline-store.ts";
import { createTerminals } from "../lib/terminal/terminals.ts";
import { createTimeline } from "../lib/timeline/timeline.ts";
import type { BenchOptions } from "./bench-lab.ts";

/** An engine of the bench's own, in this process, that offers one scenario. */
export interface BenchEngine {
	labs: LabService;
	provider: LabProvider;
	catalogue: Catalogue;
	/** Whether a shell of the lab has printed its prompt. */
	hasPrompt(labId: string): Promise<boolean>;
	/** Removes its labs and all else. */
	close(): Promise<void>;
}

/** @param options.clones whether clusters are cloned from prepared ones, or made by kind each time */
export async function openBenchEngine(slug: string, options: BenchOptions & { clones: boolean; cacheDir: string }): Promise<BenchEngine> {
	const host = await readHostManifest(options.dataDir);
	const dataDir = await mkdtemp(join(tmpdir(), "faultline-bench-"));
	const log = createLogger("bench", process.env.FAULTLINE_LOG ?? "error");
	const database = await openDatabase(join(dataDir, "faultline.db"));
	const goldenDir = options.clones ? join(options.cacheDir, "golden") : undefined;
	const provider = createKindProvider({ dataDir, instanceId: newId(), host, goldenDir, log, clock });
	const whole = await loadCatalogue(join(import.meta.dirname, "..", "scenarios"));
	const catalogue: Catalogue = { ...whole, slugs: () => [slug], list: () => whole.list().filter((entry) => entry.slug === slug) };
	const terminals = createTerminals({ dataDir, clock, log, environmentOf: (labId) => labs.environmentOf(labId), onEvent: () => {} });
	const labs = createLabService({
		...{ catalogue, clock, log, createGrader, steps: scenarioSteps },
		provider: async () => provider,
		reproveFault: (environment, scenario, context) => reproveFault(environment, scenario, context, clock),
		store: createLabStore(database),
		timeline: createTimeline({ store: createTimelineStore(database), clock }),
		...{ shellsOf: terminals.list, openShell: (labId) => void terminals.open(labId), endShells: terminals.endLab, urlOf: () => null },
		// The bench alone is at work here: what it measures must not hold the pool up.
		idleRestMs: null,
		host: { cpus: availableParallelism(), busyCpus: () => 0 },
		limits: { labsPerPerson: Number.POSITIVE_INFINITY, startsAtOnce: Number.POSITIVE_INFINITY },
	});
	return {
		labs,
		provider,
		catalogue,
		async hasPrompt(labId) {
			const files = terminals.list(labId).map(({ id }) => join(dataDir, "attempts", labId, `${id}.cast`));
			const texts = await Promise.all(files.map((file) => readFile(file, "utf8").catch(() => "")));
			return texts.some((text) => text.includes("$ "));
		},
		async close() {
			await labs.close({ destroy: true });
			terminals.shutdown();
			await provider.close();
			await database.destroy();
			await rm(dataDir, { recursive: true, force: true });
		},
	};
}
