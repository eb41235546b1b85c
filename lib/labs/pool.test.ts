import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { hourMs, openPoolHost, slug } from "./test-support/pool-host.ts";

/** A scenario of which a test has the pool forget its labs. */
const other = "blocked-dns";
let host: Awaited<ReturnType<typeof openPoolHost>>;

beforeEach(async () => {
	host = await openPoolHost();
});
afterEach(() => host.close());

describe("the pool", () => {
	test("makes one lab at a time on two processors, proves it and lets it rest; nobody sees it", async () => {
		const labs = host.engine();
		const { actions } = await labs.pool.tend();
		expect(actions.map((action) => action.do)).toEqual(["create"]);
		expect((await labs.pool.tend()).actions).toEqual([]);
		await expect.poll(async () => (await host.pooled())[0]?.state).toBe("frozen");
		expect(host.steps).toEqual(["baseline", "healthy", "fault", "symptom"]);
		expect([...host.world.labs.values()].every(({ frozen }) => frozen)).toBe(true);
		expect(await labs.list()).toEqual([]);
		expect((await labs.scenarios()).every(({ progress }) => progress === "new")).toBe(true);
	});

	test("makes none where the host has no memory for it", async () => {
		host.world.memoryBytes = 1024 ** 3;
		expect((await host.engine().pool.tend()).actions).toEqual([]);
	});

	test("gives up labs that are too old or made of what has changed, and keeps no record of them", async () => {
		const labs = await host.filled();
		const before = (await host.pooled()).map(({ id }) => id);
		host.now += 13 * hourMs;
		const { actions } = await labs.pool.tend();
		expect(actions.filter((action) => action.do === "evict").map((action) => "member" in action && action.member)).toEqual(
			expect.arrayContaining(before),
		);
		await expect.poll(async () => (await host.store.list()).filter(({ id }) => before.includes(id))).toEqual([]);
	});

	test("gives up a lab that is still being made when memory runs short", async () => {
		const labs = host.engine();
		host.world.stalls.add("Preparing the workstation");
		await labs.pool.tend();
		await expect.poll(async () => (await host.pooled())[0]?.state).toBe("provisioning");
		host.world.othersBytes = host.world.memoryBytes;
		expect((await labs.pool.tend()).actions.map((action) => action.do)).toEqual(["evict"]);
		await expect.poll(() => host.store.list()).toEqual([]);
		expect(host.world.labs.size).toBe(0);
	});

	test("never gives up a lab that a learner was given since the plan was made", async () => {
		await host.filled();
		const { id } = await host.spare();
		expect(await host.store.take(id, {})).toBe(true);
		expect(await host.store.discard(id)).toBe(false);
		expect(await host.store.get(id)).toMatchObject({ state: "frozen", pooled: false });
	});

	test("is nobody's business: its labs can be neither followed nor ended by those who know their names", async () => {
		const labs = host.engine();
		const ending = new AbortController();
		const seen: string[] = [];
		const following = (async () => {
			for await (const lab of labs.watchAll(ending.signal)) seen.push(lab.id);
		})();
		await host.fill(labs);
		const { id } = await host.spare();
		await expect(labs.stop(id)).rejects.toMatchObject({ code: "lab-not-found" });
		await expect(labs.get(id)).rejects.toMatchObject({ code: "lab-not-found" });
		host.now += 13 * hourMs;
		await labs.pool.tend();
		await expect.poll(() => host.store.get(id)).toBeUndefined();
		const mine = await labs.start(slug);
		await expect.poll(() => seen).toContain(mine.id);
		ending.abort();
		await following;
		expect(new Set(seen)).toEqual(new Set([mine.id]));
	});

	test("leaves no half-made lab running while the engine is away", async () => {
		const labs = host.engine();
		host.world.stalls.add("Preparing the workstation");
		await labs.pool.tend();
		await expect.poll(async () => (await host.pooled())[0]?.state).toBe("provisioning");
		await labs.close({ destroy: false });
		expect(host.world.labs.size).toBe(0);
		expect(await host.store.list()).toEqual([]);
	});

	test("goes away with everything else", async () => {
		const labs = host.engine();
		await host.fill(labs);
		await labs.close({ destroy: true });
		expect(host.world.labs.size).toBe(0);
	});

	test("does not try again at once what could not be made", async () => {
		const labs = host.engine();
		host.world.failures.set("Creating the cluster", new Error("no"));
		const { actions } = await labs.pool.tend();
		const scenario = actions[0]?.do === "create" ? actions[0].key.scenario : "";
		await expect.poll(async () => (await host.pooled())[0]?.state).toBe("failed");
		await fillOthers();
		expect((await host.pooled()).filter((record) => record.scenario === scenario).map(({ state }) => state)).toEqual(["failed"]);

		async function fillOthers() {
			for (let round = 0; round < 3; round += 1) {
				await labs.pool.tend();
				await expect.poll(async () => (await host.pooled()).every(({ state }) => state === "frozen" || state === "failed")).toBe(true);
			}
		}
	});

	test("makes nothing that other instances could not be told of, and goes on once they can be", async () => {
		const labs = host.engine();
		Object.defineProperty(host.world, "granted", {
			configurable: true,
			get: () => ({}),
			set() {
				throw new Error("no space left on device");
			},
		});
		await expect(labs.pool.tend()).rejects.toThrow("no space left");
		Object.defineProperty(host.world, "granted", { value: {}, writable: true });
		expect((await labs.pool.tend()).actions.map((action) => action.do)).toEqual(["create"]);
		await expect.poll(async () => (await host.store.list()).map(({ state }) => state)).toEqual(["frozen"]);
		expect(host.world.calls.filter((call) => call.startsWith("create "))).toHaveLength(1);
	});

	test("gives up nothing more for room that is already being freed", async () => {
		const labs = await host.filled();
		const gone = Promise.withResolvers<void>();
		host.world.onDestroy = () => gone.promise;
		host.world.memoryBytes = (host.world.labs.size + 1) * 1024 ** 3;
		const plans = [await labs.pool.tend(), await labs.pool.tend()];
		gone.resolve();
		expect(plans.map(({ actions }) => actions.map((action) => action.do))).toEqual([["evict"], []]);
	});

	test("gives up what those need whose turn it is, and nothing for those behind them", async () => {
		host.limits.startsAtOnce = 1;
		const labs = await host.filled();
		host.world.stalls.add("Creating the cluster");
		for (const { id, environmentId, scenario } of await host.pooled()) {
			if (scenario !== other) continue;
			await host.store.remove(id);
			host.world.labs.delete(environmentId);
		}
		// All that there is, and what the pool keeps free.
		host.world.memoryBytes = (host.world.labs.size + 2) * 1024 ** 3;
		const before = (await host.pooled()).length;
		expect(before).toBeGreaterThan(3);
		for (const person of ["anna", "ben", "carl", "dora", "emil"]) await labs.start(other, 1, person);
		await labs.queue.tend();
		// The first has its turn, in what was kept free.
		expect(before - (await host.pooled()).filter(({ state }) => state === "frozen").length).toBe(1);
	});

	test("has room for a cluster that is prepared only where nobody waits, and in nobody's memory", async () => {
		const labs = await host.filled();
		const { cluster } = host.catalogue.instantiate(slug, 1);
		host.world.memoryBytes = (host.world.labs.size + 1) * 1024 ** 3;
		expect(await labs.pool.hasRoom(cluster)).toBe(true);
		host.world.othersBytes = 1024 ** 2;
		expect(await labs.pool.hasRoom(cluster)).toBe(false);
		host.world.othersBytes = 0;
		host.limits.startsAtOnce = 1;
		host.world.memoryBytes += 8 * 1024 ** 3;
		host.world.stalls.add("Creating the cluster");
		for (const { id, scenario } of await host.pooled()) if (scenario === other) await host.store.discard(id);
		for (const person of ["anna", "ben"]) await labs.start(other, 1, person);
		expect(await labs.pool.hasRoom(cluster)).toBe(false);
	});
});
