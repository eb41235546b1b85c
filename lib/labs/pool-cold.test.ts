import { afterEach, beforeEach, expect, test } from "vitest";
import type { LabService } from "./service.ts";
import { openPoolHost, slug } from "./test-support/pool-host.ts";
import { inState, live } from "./test-support/waiting.ts";

const gib = 1024 ** 3;
let host: Awaited<ReturnType<typeof openPoolHost>>;

beforeEach(async () => {
	host = await openPoolHost();
	host.world.freeSwapBytes = 64 * gib;
});
afterEach(() => host.close());

/** Memory for all that there is, what the pool keeps free (two labs), and so many labs less. */
async function shrink(labs: number): Promise<void> {
	host.world.memoryBytes = (host.world.labs.size + 2 - labs) * gib;
}
const cold = async () => (await host.pooled()).filter((record) => record.cold);

test("what learners need the memory of is moved to swap, not given up", async () => {
	const labs = await host.filled();
	await shrink(1);
	const { actions } = await labs.pool.tend();
	expect(new Set(actions.map((action) => action.do))).toEqual(new Set(["reclaim"]));
	await expect.poll(async () => (await cold()).length).toBe(actions.length);
	const [one] = await cold();
	expect(host.world.labs.get(one?.environmentId ?? "")).toMatchObject({ frozen: true, cold: true });
	expect((await labs.pool.tend()).actions).toEqual([]);
});

test("where there is memory the likeliest is warmed: thawed, proven and frozen again", async () => {
	const labs = await host.filled();
	const before = await host.pooled();
	for (const { id } of before) await host.store.chill(id);
	const { actions } = await labs.pool.tend();
	expect(actions.map((action) => action.do)).toEqual(["renew"]);
	await expect.poll(async () => (await cold()).length).toBe(before.length - 1);
	await expect.poll(async () => (await host.pooled()).every(({ state }) => state === "frozen")).toBe(true);
	expect(host.steps).toEqual(["still broken"]);
	expect([...host.world.labs.values()].every(({ frozen }) => frozen)).toBe(true);
});

test("a lab whose engine dies while it is warmed is proven and frozen by the next", async () => {
	await host.filled();
	const { id } = await host.spare();
	await host.store.transition(id, "frozen", "faulted");
	const lab = host.world.labs.get(id);
	if (lab) lab.frozen = false;
	await host.engine().reconcile();
	await expect.poll(async () => (await host.store.get(id))?.state).toBe("frozen");
	expect(host.steps).toEqual(["still broken"]);
	expect(host.world.labs.get(id)?.frozen).toBe(true);
});

test("is not planned for where the host has no swap", async () => {
	host.world.freeSwapBytes = null;
	const labs = await host.filled();
	await shrink(1);
	expect((await labs.pool.tend()).actions.map((action) => action.do)).toEqual(["evict"]);
});

test("a cold lab is woken and proven as a hot one is, and then counts with all that it may take", async () => {
	const labs = await host.filled();
	for (const { id } of await host.pooled()) await host.store.chill(id);
	const { id } = await labs.start(slug);
	expect(await live(labs, id)).toMatchObject({ state: "active" });
	expect(host.steps).toEqual(["still broken"]);
	expect(await host.store.get(id)).toMatchObject({ cold: false, pooled: false });
	expect(host.world.labs.get(id)?.frozen).toBe(false);
});

test("a lab that a learner is given while it is being moved wakes for them", async () => {
	const labs = await host.filled();
	let moving = "";
	host.world.onReclaim = (labId, signal) => {
		moving = labId;
		return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));
	};
	await shrink(1);
	await labs.pool.tend();
	await expect.poll(() => moving).not.toBe("");
	const record = (await host.pooled()).find(({ environmentId }) => environmentId === moving);
	const { id } = await labs.start(record?.scenario ?? "", record?.seed);
	expect(id).toBe(record?.id);
	expect(await live(labs, id)).toMatchObject({ state: "active" });
	expect(await host.store.get(id)).toMatchObject({ cold: false });
});

test("no cold lab is given out where the host has no memory to wake it", async () => {
	const labs = await host.filled();
	for (const { id } of await host.pooled()) await host.store.chill(id);
	for (const lab of host.world.labs.values()) lab.cold = true;
	// What is cold, and half a lab more.
	host.world.othersBytes = host.world.memoryBytes - host.world.labs.size * (gib / 16) - gib / 2;
	const [member] = await cold();
	expect(await labs.pool.spares({ scenario: member?.scenario ?? "", seed: member?.seed ?? 0 })).toEqual([]);
	const { id, state } = await labs.start(slug);
	expect(state).not.toBe("frozen");
	expect((await cold()).map((record) => record.id)).not.toContain(id);
	await labs.stop(id);
	await inState(labs, id, "destroyed");
});

test("a host that refuses is not asked again for a while", async () => {
	const labs = await host.filled();
	host.world.onReclaim = async () => {
		throw new Error("read-only file system");
	};
	await shrink(1);
	await labs.pool.tend();
	const asked = () => host.world.calls.filter((call) => call.startsWith("reclaim")).length;
	await expect.poll(async () => (await labs.pool.tend()).actions.map((action) => action.do)).toEqual(["evict"]);
	const times = asked();
	await labs.pool.tend();
	expect(asked()).toBe(times);
});

/** A lab for each of these people, and all that the pool has left of the same variant. */
async function withSpares(labs: LabService, people: readonly string[]) {
	const { scenario, seed, version } = await host.spare();
	for (const one of await host.pooled()) await host.store.update(one.id, { scenario, seed, version });
	const mine = [];
	for (const person of people) mine.push(await live(labs, (await labs.start(scenario, seed, person)).id));
	return mine;
}

test("a spare that is being moved to swap is taken by one of the two: a reset ends the move before it wakes it", async () => {
	const labs = await host.filled();
	const [mine] = await withSpares(labs, ["anna"]);
	let ended = false;
	host.world.onReclaim = (_labId, signal) =>
		new Promise((_resolve, reject) => {
			signal.addEventListener("abort", () => {
				ended = true;
				reject(signal.reason);
			});
		});
	await shrink(1);
	expect((await labs.pool.tend()).actions.map((action) => action.do)).toContain("reclaim");
	const moving = () => host.world.calls.findLast((call) => call.startsWith("reclaim "))?.slice("reclaim ".length) ?? "";
	await expect.poll(moving).not.toBe("");
	for (const { id, environmentId } of await host.pooled()) if (environmentId !== moving()) await host.store.discard(id);
	await labs.reset(mine?.id ?? "");
	expect(await live(labs, mine?.id ?? "")).toMatchObject({ state: "active" });
	expect(await host.store.get(mine?.id ?? "")).toMatchObject({ environmentId: moving(), cold: false });
	expect(ended).toBe(true);
	expect(host.world.labs.get(moving())).toMatchObject({ frozen: false, cold: false });
});

test("a spare that is being moved to swap because the memory is gone is given to nobody", async () => {
	const labs = await host.filled();
	host.world.onReclaim = (_labId, signal) =>
		new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
	await shrink(1);
	const { actions } = await labs.pool.tend();
	const moving = actions.find((action) => action.do === "reclaim");
	const record = await host.store.get(moving && "member" in moving ? moving.member : "");
	// Less than all labs take by now.
	await shrink(3);
	const wanted = { scenario: record?.scenario ?? "", seed: record?.seed ?? 0 };
	expect((await labs.pool.spares(wanted)).map(({ id }) => id)).not.toContain(record?.id);
	expect((await labs.pool.claim(wanted, "anna"))?.id).not.toBe(record?.id);
});

test("of two that are reset at once only one is given a cold spare where the memory is there for one", async () => {
	const labs = await host.filled();
	const mine = await withSpares(labs, ["anna", "ben"]);
	for (const { id } of await host.pooled()) await host.store.chill(id);
	for (const record of await host.pooled()) Object.assign(host.world.labs.get(record.environmentId) ?? {}, { cold: true });
	const spares = (await host.pooled()).map(({ environmentId }) => environmentId);
	expect(spares.length).toBeGreaterThan(1);
	// Two labs in use, what is cold, and one lab and a half more.
	host.world.memoryBytes = 2 * gib + spares.length * (gib / 16) + 1.5 * gib;
	// Nothing of what they have is gone before both are there.
	const kept = Promise.withResolvers<void>();
	host.world.onDestroy = () => kept.promise;
	await Promise.all(mine.map(({ id }) => labs.reset(id)));
	kept.resolve();
	const taken = await Promise.all(mine.map(async ({ id }) => spares.includes((await host.store.get(id))?.environmentId ?? "")));
	expect(taken.filter(Boolean)).toHaveLength(1);
});

test("a cold lab that is on its way out is not given up once more", async () => {
	const labs = await host.filled();
	const { id } = await host.spare();
	await host.store.chill(id);
	await host.store.discard(id);
	host.world.memoryBytes = 0;
	const { actions } = await labs.pool.tend();
	expect(actions.length).toBeGreaterThan(0);
	expect(JSON.stringify(actions)).not.toContain(id);
});

test("of several cold spares only the one that others were told of is given out", async () => {
	const labs = await host.filled();
	const { scenario, seed, version } = await host.spare();
	for (const { id } of await host.pooled()) {
		await host.store.update(id, { scenario, seed, version });
		await host.store.chill(id);
	}
	expect((await cold()).length).toBeGreaterThan(1);
	const spares = await labs.pool.spares({ scenario, seed });
	const told = (await cold()).filter(({ environmentId }) => host.world.granted[environmentId] === gib);
	expect(spares).toHaveLength(1);
	expect(spares.map(({ id }) => id)).toEqual(told.map(({ id }) => id));
});

test("other instances are told that a cold lab is to wake before its room is looked for", async () => {
	const labs = await host.filled();
	const { id, environmentId, scenario, seed } = await host.spare();
	await host.store.chill(id);
	await labs.queue.tend();
	expect(host.world.granted[environmentId]).toBe(0);
	const told: (number | undefined)[] = [];
	Object.defineProperty(host.world, "othersBytes", {
		get: () => {
			told.push(host.world.granted[environmentId]);
			return 0;
		},
	});
	expect((await labs.pool.claim({ scenario, seed }, "anna"))?.id).toBe(id);
	expect(told).toEqual([gib]);
});
