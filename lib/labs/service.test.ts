import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Clock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import { createLogger } from "../core/log.ts";
import { emptyView } from "../grading/cluster-view.ts";
import type { Grader } from "../grading/grade.ts";
import type { GradeReport, ObjectiveResult } from "../protocol/report.ts";
import { createFakeProvider } from "../providers/fake/fake-provider.ts";
import { createFakeWorld, type FakeWorld } from "../providers/fake/fake-world.ts";
import { loadCatalogue } from "../scenarios/catalogue.ts";
import { type Database, openDatabase } from "../store/database.ts";
import { createLabStore } from "../store/lab-store.ts";
import { createTimelineStore } from "../store/timeline-store.ts";
import { createTimeline } from "../timeline/timeline.ts";
import type { ScenarioSteps } from "./bring-up.ts";
import { createLabService, type LabService } from "./service.ts";
import { inState, live, until } from "./test-support/waiting.ts";

const log = createLogger("test", "silent");
const catalogue = await loadCatalogue(join(import.meta.dirname, "..", "..", "scenarios"));
const slug = "broken-selector";

let world: FakeWorld;
let database: Database;
let steps: string[];
let stepFailure: Map<string, Error>;
let now: number;
let verdict: GradeReport["verdict"];
let shells: string[];
let engines: LabService[];

const clock: Clock = {
	now: () => now,
	// Only the passing of time that a test asks for: a sleeper wakes when its work is ended.
	sleep: (_ms, signal) => new Promise((_resolve, reject) => signal?.addEventListener("abort", () => reject(signal.reason), { once: true })),
};

beforeEach(async () => {
	world = createFakeWorld();
	database = await openDatabase(":memory:");
	[steps, stepFailure, now, verdict, shells, engines] = [[], new Map(), 1_000_000, "pass", [], []];
});
afterEach(async () => {
	for (const engine of engines) await engine.close({ destroy: false });
	await database.destroy();
});

const step = (name: string) => async () => {
	steps.push(name);
	const failure = stepFailure.get(name);
	stepFailure.delete(name);
	if (failure) throw failure;
};
const scenarioSteps: ScenarioSteps = {
	...{ applyBaseline: step("baseline"), proveHealthy: step("healthy") },
	...{ applyFault: step("fault"), proveFault: step("symptom") },
	snapshot: async () => emptyView,
};

const seen = { verdict: "fail", points: 0, maxPoints: 100, message: "refused", evidence: [] };
const objective = { id: "by-name", title: "By name", ...seen } as ObjectiveResult;

function createGrader(): Grader {
	return {
		once: async () => [objective],
		live: async (onChange, signal) => {
			onChange([objective]);
			await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
		},
		decisive: async ({ onStep }) => {
			onStep("Probing");
			const repair = verdict === "pass" ? "repair" : "none";
			return {
				...{ verdict, repair, points: 100, maxPoints: 100, at: now, durationMs: 5 },
				...{ objectives: [], guards: [], touched: [] },
			} as GradeReport;
		},
	};
}

/** Another engine on the same store and host: as after a crash. */
function engine(): LabService {
	const service = createLabService({
		...{ catalogue, clock, log, createGrader, steps: scenarioSteps },
		...{ reproveFault: step("still broken"), idleRestMs: null },
		...{ host: { cpus: 2, busyCpus: () => 0 }, limits: { labsPerPerson: 20, startsAtOnce: 20 } },
		provider: async () => createFakeProvider(world),
		...{ store: createLabStore(database), timeline: createTimeline({ store: createTimelineStore(database), clock }) },
		openShell: (labId) => void shells.push(`open ${labId}`),
		endShells: (labId) => void shells.push(`end ${labId}`),
		...{ shellsOf: () => [], urlOf: () => null },
	});
	engines.push(service);
	return service;
}

describe("bringing a lab up", () => {
	test("proves health before the fault and the fault before the learner sees it, and says each stage", async () => {
		const labs = engine();
		const { id, state } = await labs.start(slug, 1);
		expect(state).toBe("requested");
		const lab = await live(labs, id);
		expect(lab.state).toBe("active");
		expect(steps).toEqual(["baseline", "healthy", "fault", "symptom"]);
		expect(lab.stages.map((stage) => stage.name)).toContain("Starting CoreDNS");
		expect(lab.stages.every((stage) => stage.endedAt !== null)).toBe(true);
		expect(lab.expiresAt).toBe(now + 60 * 60_000);
		expect(shells).toContain(`open ${id}`);
	});

	test("a fault without its symptom is never shown: the lab fails with the step, and nothing of it stays on the host", async () => {
		const labs = engine();
		stepFailure.set("symptom", new AppError("fault-not-seen", "The objective still passes."));
		const { id } = await labs.start(slug, 1);
		const lab = await inState(labs, id, "failed");
		expect(lab.failure).toMatchObject({ code: "fault-not-seen", message: "The objective still passes." });
		await labs.close({ destroy: false });
		expect(world.labs.size).toBe(0);
	});

	test("a failed lab can be tried again", async () => {
		const labs = engine();
		stepFailure.set("baseline", new AppError("x", "y"));
		const { id } = await labs.start(slug, 1);
		await inState(labs, id, "failed");
		await labs.reset(id);
		expect((await live(labs, id)).failure).toBeNull();
	});

	test("ending a lab that is still starting removes what was made", async () => {
		const labs = engine();
		world.stalls.add("Creating the cluster");
		const { id } = await labs.start(slug, 1);
		await until(labs, id, (lab) => lab.stages.some((stage) => stage.name === "Creating the cluster"));
		await labs.stop(id);
		await inState(labs, id, "destroyed");
		expect(world.labs.size).toBe(0);
	});

	test("a host that can never hold the lab refuses at once and keeps no record", async () => {
		const labs = engine();
		world.memoryBytes = 1024;
		await expect(labs.start(slug, 1)).rejects.toMatchObject({ code: "lab-too-big", kind: "conflict" });
		expect(await labs.list()).toEqual([]);
	});
});

describe("after a crash", () => {
	for (const [where, arrange] of [
		["while the cluster is made", () => void world.stalls.add("Creating the cluster")],
		["while the workstation is made", () => void world.stalls.add("Preparing the workstation")],
	] as const) {
		test(`a lab that was half made ${where} is finished, once`, async () => {
			const died = engine();
			arrange();
			const { id } = await died.start(slug, 1);
			const stalled = [...world.stalls][0];
			await until(died, id, (lab) => lab.stages.some((stage) => stage.name === stalled));
			// The process is gone without a word: nothing of it runs any more, nothing was cleaned up.
			await died.close({ destroy: false });
			world.stalls.clear();
			const next = engine();
			await next.reconcile();
			expect((await live(next, id)).state).toBe("active");
			expect([...world.labs.keys()]).toEqual([id]);
		});
	}

	test("an active lab is taken up with its objectives, and no shell is opened for it", async () => {
		const died = engine();
		const { id } = await died.start(slug, 2);
		await live(died, id);
		await died.close({ destroy: false });
		shells.length = 0;
		const next = engine();
		await next.reconcile();
		const lab = await live(next, id);
		expect(lab).toMatchObject({ state: "active", seed: 2 });
		expect(world.calls).toContain(`thaw ${id}`);
		expect(shells).toEqual([]);
	});

	test("a lab that is gone from the host says so", async () => {
		const died = engine();
		const { id } = await died.start(slug, 1);
		await live(died, id);
		await died.close({ destroy: false });
		world.labs.clear();
		const next = engine();
		await next.reconcile();
		expect((await inState(next, id, "failed")).failure?.code).toBe("lab-lost");
	});

	test("time does not count while nobody could work", async () => {
		const before = engine();
		const { id } = await before.start(slug, 1);
		await live(before, id);
		await before.close({ destroy: false });
		now += 24 * 60 * 60_000;
		const next = engine();
		await next.reconcile();
		const ending = new AbortController();
		const reaping = next.reap(ending.signal);
		expect(await live(next, id)).toMatchObject({ state: "active", expiresAt: now + 30 * 60_000 });
		ending.abort();
		await reaping;
	});

	test("parts that nobody knows are removed", async () => {
		const provider = createFakeProvider(world);
		const spec = { labId: "stray", cluster: { nodes: 1, kubeProxyMode: "iptables" as const, dnsReplicas: 1, addons: [] } };
		const context = { signal: new AbortController().signal, onStep: () => {} };
		await provider.create(
			{ ...spec, access: { namespaces: [], clusterRules: [], clusterDns: false, ingressController: false, hostPorts: [] }, files: {} },
			context,
		);
		await engine().reconcile();
		expect(world.labs.size).toBe(0);
	});
});

describe("a lab in use", () => {
	test("a passing check solves it and shows the debrief; a failing one does not", async () => {
		const labs = engine();
		const { id } = await labs.start(slug, 1);
		expect((await live(labs, id)).debrief).toBeNull();
		verdict = "fail";
		await labs.grade(id);
		expect(await labs.get(id)).toMatchObject({ state: "active", debrief: null, report: { verdict: "fail" } });
		verdict = "pass";
		await labs.grade(id);
		const solved = await labs.get(id);
		expect(solved.state).toBe("solved");
		expect(solved.debrief).not.toBeNull();
		expect((await labs.scenarios()).find((entry) => entry.slug === slug)).toMatchObject({ progress: "solved", bestMs: 0 });
	});

	test("hints come one tier at a time and no further than there are", async () => {
		const labs = engine();
		const { id, hintsTotal } = await labs.start(slug, 1);
		for (let tier = 1; tier <= hintsTotal + 1; tier += 1) {
			expect((await labs.hint(id)).hintsShown).toHaveLength(Math.min(tier, hintsTotal));
		}
	});

	test("a reset makes the same variant anew and forgets the old verdict", async () => {
		const labs = engine();
		const { id } = await labs.start(slug, 3);
		await live(labs, id);
		await labs.grade(id);
		await labs.reset(id);
		const lab = await live(labs, id);
		expect(lab).toMatchObject({ id, seed: 3, state: "active", report: null, solvedAt: null });
		expect(lab.stages.length).toBeGreaterThan(0);
		await labs.close({ destroy: false });
		expect([...world.labs.keys()], "one that was never there before").toEqual([expect.not.stringMatching(id)]);
	});

	test("a lab that is ended while it is being reset is gone in the end", async () => {
		const labs = engine();
		const { id } = await labs.start(slug, 1);
		await live(labs, id);
		world.stalls.add("Creating the cluster");
		await labs.reset(id).then(() => labs.stop(id));
		await inState(labs, id, "destroyed");
		expect(world.labs.size).toBe(0);
	});

	test("its time can be extended, and when it is over the lab is taken back", async () => {
		const labs = engine();
		const { id } = await labs.start(slug, 1);
		const before = await live(labs, id);
		const { expiresAt } = await labs.extend(id);
		expect(expiresAt).toBe((before.expiresAt ?? 0) + 30 * 60_000);
		now = expiresAt ?? 0;
		const ending = new AbortController();
		const reaping = labs.reap(ending.signal);
		await inState(labs, id, "destroyed");
		ending.abort();
		await reaping;
		expect(world.labs.size).toBe(0);
	});

	test("ending the engine freezes it; ending with destroy removes it", async () => {
		const labs = engine();
		const { id } = await labs.start(slug, 1);
		await live(labs, id);
		await labs.close({ destroy: false });
		expect(world.labs.get(id)?.frozen).toBe(true);
		await labs.close({ destroy: true });
		expect(world.labs.size).toBe(0);
	});

	test("what needs a ready lab says so where it is not", async () => {
		const labs = engine();
		world.stalls.add("Creating the cluster");
		const { id } = await labs.start(slug, 1);
		await expect(labs.mustBeUsable("nosuch")).rejects.toMatchObject({ code: "lab-not-found" });
		await expect(labs.exec(id, ["true"], { timeoutMs: 1 })).rejects.toMatchObject({ code: "lab-state", kind: "conflict" });
		await expect(labs.get("nope")).rejects.toMatchObject({ code: "lab-not-found", kind: "not-found" });
	});
});
