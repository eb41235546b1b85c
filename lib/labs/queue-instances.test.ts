import { afterEach, beforeEach, expect, test } from "vitest";
import type { LabService } from "./service.ts";
import { openPoolHost, slug } from "./test-support/pool-host.ts";
import { inState, live } from "./test-support/waiting.ts";

const gib = 1024 ** 3;
let host: Awaited<ReturnType<typeof openPoolHost>>;

beforeEach(async () => {
	host = await openPoolHost();
});
afterEach(() => host.close());

/** Ends a lab and has its memory back, as others hear it. */
async function end(service: LabService, id: string): Promise<void> {
	await service.stop(id);
	await inState(service, id, "destroyed");
	await service.queue.tend();
}

test("two instances on one host never grant its last room twice, and one of them gets it", async () => {
	const theirs = await openPoolHost();
	/** What the other of the two has on the host or is granted. */
	const heard = ({ labs, granted }: typeof host.world) => new Set([...labs.keys(), ...Object.keys(granted)]).size * gib;
	Object.defineProperty(host.world, "othersBytes", { get: () => heard(theirs.world) });
	Object.defineProperty(theirs.world, "othersBytes", { get: () => heard(host.world) });
	[host.world.memoryBytes, theirs.world.memoryBytes] = [gib, gib];
	const both = [host.engine(), theirs.engine()] as const;
	for (let round = 0; round < 4; round += 1) {
		// Each is the first to look again in every other round.
		const inTurn = round % 2 === 0 ? both : both.toReversed();
		const labs = new Map<LabService, string>();
		await Promise.all(inTurn.map(async (service) => labs.set(service, (await service.start(slug, 1)).id)));
		const lab = (service: LabService) => service.get(labs.get(service) ?? "");
		const waiting = async () => (await Promise.all(inTurn.map(lab))).filter(({ queue }) => queue !== null).map(({ id }) => id);
		// Each has told before it looked: both have heard of the other, and neither has begun.
		expect(await waiting()).toHaveLength(2);
		for (const service of inTurn) await service.queue.tend();
		// Who looks first takes back its words, and still hears those of the other, who looks then and hears nobody.
		const [second, first] = inTurn as [LabService, LabService];
		expect(await waiting()).toEqual([labs.get(second)]);
		expect(await live(first, labs.get(first) ?? "")).toMatchObject({ state: "active" });
		expect(host.world.labs.size + theirs.world.labs.size).toBe(1);
		for (const service of [second, first]) await service.queue.tend();
		expect(await waiting()).toEqual([labs.get(second)]);
		await end(first, labs.get(first) ?? "");
		await second.queue.tend();
		expect(await live(second, labs.get(second) ?? "")).toMatchObject({ state: "active", queue: null });
		await end(second, labs.get(second) ?? "");
	}
	await theirs.close();
});

test("what the pool is granted other instances are told before anything of it is made, and of a cold lab before it is woken", async () => {
	const labs = host.engine();
	const { world } = host;
	/** What others had been told of each lab when it was first put on the host. */
	const told: (number | undefined)[] = [];
	const put = world.labs.set.bind(world.labs);
	world.labs.set = (id, lab) => {
		if (!world.labs.has(id)) told.push(world.granted[id]);
		return put(id, lab);
	};
	await host.fill(labs);
	expect(told.length).toBeGreaterThan(1);
	expect(new Set(told)).toEqual(new Set([gib]));

	const { id, seed } = await host.spare();
	await host.store.chill(id);
	await labs.queue.tend();
	expect(world.granted[id]).toBe(0);
	for (const other of await host.pooled()) if (other.scenario === slug && other.id !== id) await host.store.discard(other.id);
	let woken: number | undefined;
	const take = host.store.take.bind(host.store);
	host.store.take = (labId, change) => {
		woken = world.granted[labId];
		return take(labId, change);
	};
	expect((await labs.start(slug, seed)).id).toBe(id);
	expect(woken).toBe(gib);
});
