import { join } from "node:path";
import type { Clock } from "../../core/clock.ts";
import { createLogger } from "../../core/log.ts";
import { emptyView } from "../../grading/cluster-view.ts";
import type { Grader } from "../../grading/grade.ts";
import type { GradeReport, ObjectiveResult } from "../../protocol/report.ts";
import { createFakeProvider } from "../../providers/fake/fake-provider.ts";
import { createFakeWorld } from "../../providers/fake/fake-world.ts";
import { loadCatalogue } from "../../scenarios/catalogue.ts";
import { openDatabase } from "../../store/database.ts";
import { createLabStore } from "../../store/lab-store.ts";
import { createTimelineStore } from "../../store/timeline-store.ts";
import { createTimeline } from "../../timeline/timeline.ts";
import { createLabService, type LabService } from "../service.ts";

const log = createLogger("test", "silent");
const catalogue = await loadCatalogue(join(import.meta.dirname, "..", "..", "..", "scenarios"));
export const slug = "broken-selector";

const seen = { verdict: "fail", points: 0, maxPoints: 100, message: "refused", evidence: [] };
const objective = { id: "by-name", title: "By name", ...seen } as ObjectiveResult;

/** A host for single labs, whose checks end and whose steps fail as a test wants, and engines on it one after another. */
export async function openServiceHost() {
	const world = createFakeWorld();
	const database = await openDatabase(":memory:");
	const engines: LabService[] = [];
	const clock: Clock = {
		now: () => host.now,
		// Only the passing of time that a test asks for: a sleeper wakes when its work is ended.
		sleep: (_ms, signal) =>
			new Promise((_resolve, reject) => signal?.addEventListener("abort", () => reject(signal.reason), { once: true })),
	};
	const step = (name: string) => async () => {
		host.steps.push(name);
		const failure = host.stepFailure.get(name);
		host.stepFailure.delete(name);
		if (failure) throw failure;
	};
	const createGrader = (): Grader => ({
		once: async () => [objective],
		live: async (onChange, signal) => {
			onChange([objective]);
			await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
		},
		decisive: async ({ onStep }) => {
			onStep("Probing");
			const { verdict } = host;
			const repair = verdict === "pass" ? "repair" : "none";
			return {
				...{ verdict, repair, points: 100, maxPoints: 100, at: host.now, durationMs: 5 },
				...{ objectives: [], guards: [], touched: [] },
			} as GradeReport;
		},
	});

	const host = {
		world,
		/** Steps of scenarios, in the order in which they were made. */
		steps: [] as string[],
		/** Errors that steps throw, once each. */
		stepFailure: new Map<string, Error>(),
		/** What was done to labs' shells, in order. */
		shells: [] as string[],
		now: 1_000_000,
		/** What the next decisive checks find. */
		verdict: "pass" as GradeReport["verdict"],

		/** Another engine on the same store and host: as after a crash. */
		engine(): LabService {
			const service = createLabService({
				...{ catalogue, clock, log, createGrader },
				steps: {
					...{ applyBaseline: step("baseline"), proveHealthy: step("healthy"), applyFault: step("fault"), proveFault: step("symptom") },
					snapshot: async () => emptyView,
				},
				...{ reproveFault: step("still broken"), idleRestMs: null },
				...{ host: { cpus: 2, busyCpus: () => 0 }, limits: { labsPerPerson: 20, startsAtOnce: 20 } },
				provider: async () => createFakeProvider(world),
				...{ store: createLabStore(database), timeline: createTimeline({ store: createTimelineStore(database), clock }) },
				openShell: (labId) => void host.shells.push(`open ${labId}`),
				endShells: (labId) => void host.shells.push(`end ${labId}`),
				...{ shellsOf: () => [], urlOf: () => null },
			});
			engines.push(service);
			return service;
		},
		async close(): Promise<void> {
			for (const engine of engines) await engine.close({ destroy: false });
			await database.destroy();
		},
	};
	return host;
}
