import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Clock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import { createLogger } from "../core/log.ts";
import { emptyView } from "../grading/cluster-view.ts";
import type { Grader } from "../grading/grade.ts";
import { createFakeProvider } from "../providers/fake/fake-provider.ts";
import { createFakeWorld, type FakeWorld } from "../providers/fake/fake-world.ts";
import { loadCatalogue } from "../scenarios/catalogue.ts";
import { type Database, openDatabase } from "../store/database.ts";
import { createLabStore } from "../store/lab-store.ts";
import { createTimelineStore } from "../store/timeline-store.ts";
import { createTimeline } from "../timeline/timeline.ts";
import type { LabStore } from "./lab-store.ts";
import { createLabService, type LabService } from "./service.ts";
import { inState, live } from "./test-support/waiting.ts";

const log = createLogger("test", "silent");
const catalogue = await loadCatalogue(join(import.meta.dirname, "..", "..", "scenarios"));
const slug = "broken-selector";
const hourMs = 60 * 60_000;

let world: FakeWorld;
let database: Database;
let store: LabStore;
let steps: string[];
let now: number;
let engines: LabService[];
let sleeping: Error | undefined;

beforeEach(async () => {
	world = createFakeWorld();
	world.freeBytes = 64 * 1024 ** 3;
	database = await openDatabase(":memory:");
	store = createLabStore(database);
	[steps, now, engines, sleeping] = [[], 1_000_000, [], undefined];
});
afterEach(async () => {
	for (const engine of engines) await engine.close({ destroy: false });
	await database.destroy();
});

const clock: Clock = {
	now: () => now,
	sleep: (_ms, signal) => new Promise((_resolve, reject) => signal?.addEventListener("abort", () => reject(signal.reason), { once: true })),
};
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

function engine(): LabService {
	const step = (name: string) => async () => void steps.push(name);
	const service = createLabService({
		...{ catalogue, clock, log, store, createGrader: () => grader },
		steps: {
			...{ applyBaseline: step("baseline"), proveHealthy: step("healthy"), applyFault: step("fault"), proveFault: step("symptom") },
			snapshot: async () => emptyView,
		},
		async reproveFault() {
			steps.push("still broken");
			if (sleeping) throw sleeping;
		},
		provider: async () => createFakeProvider(world),
		timeline: createTimeline({ store: createTimelineStore(database), clock }),
		...{ openShell: () => {}, endShells: () => {}, shellsOf: () => [], urlOf: () => null },
		host: { cpus: 2, busyCpus: () => 0 },
	});
	engines.push(service);
	return service;
}

const pooled = async () => (await store.list()).filter((record) => record.pooled);
/** Tends the pool until it has nothing to do, each lab made to its end. */
async function fill(labs: LabService): Promise<void> {
	for (;;) {
		const { actions } = await labs.pool.tend();
		if (actions.length === 0) return;
		await expect.poll(async () => (await pooled()).every(({ state }) => state === "frozen")).toBe(true);
	}
}
/** A learner has asked for it before: that is all a young pool knows. */
async function known(labs: LabService): Promise<void> {
	const { id } = await labs.start(slug, 1);
	await live(labs, id);
	await labs.stop(id);
	await inState(labs, id, "destroyed");
	await fill(labs);
	steps.length = 0;
}
const spare = async () => {
	const found = (await pooled()).find(({ scenario }) => scenario === slug);
	if (!found) throw new Error("the pool has none");
	return found;
};

describe("the pool", () => {
	test("makes one lab at a time on two processors, proves it and lets it rest; nobody sees it", async () => {
		const labs = engine();
		const { actions } = await labs.pool.tend();
		expect(actions.map((action) => action.do)).toEqual(["create"]);
		expect((await labs.pool.tend()).actions).toEqual([]);
		await expect.poll(async () => (await pooled())[0]?.state).toBe("frozen");
		expect(steps).toEqual(["baseline", "healthy", "fault", "symptom"]);
		expect([...world.labs.values()].every(({ frozen }) => frozen)).toBe(true);
		expect(await labs.list()).toEqual([]);
		expect((await labs.scenarios()).every(({ progress }) => progress === "new")).toBe(true);
	});

	test("makes none where the host has no memory for it", async () => {
		world.freeBytes = 1024 ** 3;
		expect((await engine().pool.tend()).actions).toEqual([]);
	});

	test("gives up labs that are too old or made of what has changed, and keeps no record of them", async () => {
		const labs = engine();
		await known(labs);
		const before = (await pooled()).map(({ id }) => id);
		now += 13 * hourMs;
		const { actions } = await labs.pool.tend();
		expect(actions.filter((action) => action.do === "evict").map((action) => "member" in action && action.member)).toEqual(
			expect.arrayContaining(before),
		);
		await expect.poll(async () => (await store.list()).filter(({ id }) => before.includes(id))).toEqual([]);
	});

	test("does not try again at once what could not be made", async () => {
		const labs = engine();
		world.failures.set("Creating the cluster", new Error("no"));
		const { actions } = await labs.pool.tend();
		const scenario = actions[0]?.do === "create" ? actions[0].key.scenario : "";
		await expect.poll(async () => (await pooled())[0]?.state).toBe("failed");
		await fillOthers();
		expect((await pooled()).filter((record) => record.scenario === scenario).map(({ state }) => state)).toEqual(["failed"]);

		async function fillOthers() {
			for (let round = 0; round < 3; round += 1) {
				await labs.pool.tend();
				await expect.poll(async () => (await pooled()).every(({ state }) => state === "frozen" || state === "failed")).toBe(true);
			}
		}
	});
});

describe("a lab from the pool", () => {
	test("is woken and proven again, not made, and its time begins at the click", async () => {
		const labs = engine();
		await known(labs);
		const before = await pooled();
		now += hourMs;
		const { id, seed, createdAt } = await labs.start(slug);
		expect(before.map((record) => record.id)).toContain(id);
		expect(createdAt).toBe(now);
		expect(seed, "the first was seed 1: a learner gets another where there is one").not.toBe(1);
		expect(await live(labs, id)).toMatchObject({ state: "active", readyAt: now });
		expect(steps).toEqual(["still broken"]);
		expect(world.calls.slice(-1)).toEqual([`thaw ${id}`]);
		expect((await labs.list()).map((one) => one.id)).toContain(id);
	});

	test("is given to one learner only, however many ask at once", async () => {
		const labs = engine();
		await known(labs);
		const ids = (await Promise.all([labs.start(slug), labs.start(slug), labs.start(slug)])).map(({ id }) => id);
		expect(new Set(ids).size).toBe(3);
		for (const id of ids) await live(labs, id);
	});

	test("that is not as it was is never shown: it is made anew", async () => {
		const labs = engine();
		await known(labs);
		sleeping = new AppError("fault-without-symptom", "It answers.");
		const { id, seed } = await labs.start(slug);
		expect(await live(labs, id)).toMatchObject({ state: "active", seed });
		expect(steps).toEqual(["still broken", "baseline", "healthy", "fault", "symptom"]);
	});

	test("that is still being made goes on for its learner", async () => {
		const labs = engine();
		world.stalls.add("Preparing the workstation");
		const { actions } = await labs.pool.tend();
		const scenario = actions[0]?.do === "create" ? actions[0].key.scenario : "";
		await expect.poll(async () => (await pooled())[0]?.state).toBe("provisioning");
		const [coming] = await pooled();
		const { id } = await labs.start(scenario);
		expect(id).toBe(coming?.id);
		await labs.close({ destroy: false });
		world.stalls.clear();
		const next = engine();
		await next.reconcile();
		expect((await live(next, id)).state).toBe("active");
		expect(world.labs.get(id)?.frozen).toBe(false);
	});

	test("whose engine dies between claim and waking is woken by the next", async () => {
		const labs = engine();
		await known(labs);
		const { id } = await spare();
		await store.take(id, { createdAt: now });
		const next = engine();
		await next.reconcile();
		expect((await live(next, id)).state).toBe("active");
	});

	test("stays in the pool while the engine is away; one that is gone from the host is forgotten", async () => {
		const labs = engine();
		await known(labs);
		const { id } = await spare();
		const others = (await pooled()).map((record) => record.id).filter((one) => one !== id);
		await labs.close({ destroy: false });
		world.labs.delete(id);
		await engine().reconcile();
		await expect.poll(async () => (await pooled()).map((record) => record.id).toSorted()).toEqual(others.toSorted());
	});
});

test("a reset takes a spare of the same variant in the lab's place, and removes what was there", async () => {
	const labs = engine();
	await known(labs);
	const member = await spare();
	const { id } = await labs.start(slug, member.seed === 1 ? 2 : 1).then((lab) => live(labs, lab.id));
	const mine = await store.get(id);
	await store.update(member.id, { seed: mine?.seed ?? 0 });
	steps.length = 0;
	await labs.reset(id);
	await expect.poll(async () => (await labs.get(id)).state).toBe("active");
	expect(steps).toEqual(["still broken"]);
	expect(await store.get(id)).toMatchObject({ environmentId: member.environmentId, seed: mine?.seed });
	expect(await store.get(member.id)).toBeUndefined();
	await expect.poll(() => [...world.labs.keys()].includes(id)).toBe(false);
});
