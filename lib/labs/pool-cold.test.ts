import { afterEach, beforeEach, expect, test } from "vitest";
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
