import { join } from "node:path";
import { expect } from "vitest";
import type { Clock } from "../../core/clock.ts";
import { createLogger } from "../../core/log.ts";
import { emptyView } from "../../grading/cluster-view.ts";
import type { Grader } from "../../grading/grade.ts";
import { createFakeProvider } from "../../providers/fake/fake-provider.ts";
import { createFakeWorld } from "../../providers/fake/fake-world.ts";
import { loadCatalogue } from "../../scenarios/catalogue.ts";
import { openDatabase } from "../../store/database.ts";
import { createLabStore } from "../../store/lab-store.ts";
import { createTimelineStore } from "../../store/timeline-store.ts";
import { createTimeline } from "../../timeline/timeline.ts";
import { createLabService, type LabService } from "../service.ts";
import { inState, live } from "./waiting.ts";

const log = createLogger("test", "silent");
const catalogue = await loadCatalogue(join(import.meta.dirname, "..", "..", "..", "scenarios"));
export const slug = "broken-selector";
export const hourMs = 60 * 60_000;

const grader: Grader = {
	once: async () => [],
	live: async (onChange, signal) => {
		onChange([{ id: "a", title: "A", verdict: "fail", points: 0, maxPoints: 1, message: "", evidence: [] }]);
		await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
	},
	decisive: async () => {
		throw new Error("nobody checks here");
	},
};

/** A host with memory for many labs, and engines on it one after another. */
export async function openPoolHost() {
	const world = createFakeWorld();
	world.memoryBytes = 64 * 1024 ** 3;
	const database = await openDatabase(":memory:");
	const store = createLabStore(database);
	const engines: LabService[] = [];
	const clock: Clock = {
		now: () => host.now,
		sleep: (ms, signal) =>
			new Promise((resolve, reject) => {
				if (signal?.aborted) reject(signal.reason);
				else if (host.pausesPass) {
					host.now += ms;
					resolve();
				}
				signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
			}),
	};
	const step = (name: string) => async () => void host.steps.push(name);

	const host = {
		world,
		store,
		catalogue,
		/** Steps of scenarios, in the order in which they were made. */
		steps: [] as string[],
		now: 1_000_000,
		/** Whether time goes on by itself where something waits for it. */
		pausesPass: false,
		idleRestMs: null as number | null,
		limits: { labsPerPerson: 20, startsAtOnce: 20 },
		/** Why labs do not wake as they were proven. */
		sleepsOn: undefined as Error | undefined,

		engine(): LabService {
			const service = createLabService({
				...{ catalogue, clock, log, store, createGrader: () => grader },
				steps: {
					...{ applyBaseline: step("baseline"), proveHealthy: step("healthy"), applyFault: step("fault"), proveFault: step("symptom") },
					snapshot: async () => emptyView,
				},
				async reproveFault() {
					host.steps.push("still broken");
					if (host.sleepsOn) throw host.sleepsOn;
				},
				provider: async () => createFakeProvider(world),
				timeline: createTimeline({ store: createTimelineStore(database), clock }),
				...{ openShell: () => {}, endShells: () => {}, shellsOf: () => [], urlOf: () => null },
				idleRestMs: host.idleRestMs,
				host: { cpus: 2, busyCpus: () => 0 },
				limits: host.limits,
			});
			engines.push(service);
			return service;
		},
		pooled: async () => (await store.list()).filter((record) => record.pooled),
		/** Tends the pool until it has nothing to do, each lab made to its end. */
		async fill(labs: LabService): Promise<void> {
			for (;;) {
				const { actions } = await labs.pool.tend();
				if (actions.length === 0) return;
				await expect.poll(async () => (await host.pooled()).every(({ state }) => state === "frozen")).toBe(true);
			}
		},
		/** Fills the pool of an engine on which one learner has had a lab: that is all a young pool knows. */
		async filled(): Promise<LabService> {
			const labs = host.engine();
			const { id } = await labs.start(slug, 1);
			await live(labs, id);
			await labs.stop(id);
			await inState(labs, id, "destroyed");
			await host.fill(labs);
			host.steps.length = 0;
			return labs;
		},
		async spare() {
			const found = (await host.pooled()).find(({ scenario }) => scenario === slug);
			if (!found) throw new Error("the pool has none");
			return found;
		},
		async close(): Promise<void> {
			for (const engine of engines) await engine.close({ destroy: false });
			await database.destroy();
		},
	};
	return host;
}
