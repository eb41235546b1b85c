import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Lab } from "../protocol/lab.ts";
import type { LabService } from "./service.ts";
import { openPoolHost, slug } from "./test-support/pool-host.ts";
import { inState, live, until } from "./test-support/waiting.ts";

const gib = 1024 ** 3;
const minuteMs = 60_000;
let host: Awaited<ReturnType<typeof openPoolHost>>;
let ending: AbortController;
let keeping: Promise<void>[];

beforeEach(async () => {
	host = await openPoolHost();
	[ending, keeping] = [new AbortController(), []];
});
afterEach(async () => {
	ending.abort();
	await Promise.all(keeping);
	await host.close();
});

/** An engine on a host with room for so many labs, that tends its queue. */
function engine(labs?: number): LabService {
	if (labs !== undefined) host.world.memoryBytes = labs * gib;
	const service = host.engine();
	keeping.push(service.queue.keep(ending.signal));
	return service;
}

/** The next engine after one that is gone without a word. */
async function nextEngine(died: LabService): Promise<LabService> {
	ending.abort();
	await Promise.all(keeping);
	await died.close({ destroy: false });
	[ending, keeping] = [new AbortController(), []];
	const next = engine();
	await next.reconcile();
	return next;
}

/** A full house: as many labs in use as there is room for. */
async function full(places: number) {
	const labs = engine(places);
	const open: Lab[] = [];
	for (let nth = 0; nth < places; nth += 1) open.push(await live(labs, (await labs.start(slug, 1, `learner-${nth}`)).id));
	return { labs, open, first: open[0] as Lab };
}

const at = (labs: LabService, id: string, position: number, of: number) =>
	until(labs, id, ({ queue }) => queue?.position === position && queue.of === of);

describe("where the host is full", () => {
	test("a lab waits with a place, an estimate and a reason, and nothing is made of it", async () => {
		const { labs, first } = await full(2);
		const { id } = await labs.start(slug, 2, "anna");
		const waiting = await labs.get(id);
		expect(waiting).toMatchObject({ state: "requested", person: "anna", readyAt: null, expiresAt: null, stages: [] });
		expect(waiting.queue).toEqual({
			...{ position: 1, of: 1, reason: "This lab needs 1.0 GiB of memory; 0.0 GiB are free until another lab ends." },
			// Nobody has ended a lab here: until the first is taken back, and then what a start takes; on this host none took time.
			expectedAt: first.expiresAt,
		});
		expect(host.world.labs.size).toBe(2);
	});

	test("its turn comes when a lab is gone, and its time begins when it is ready", async () => {
		const { labs, first } = await full(1);
		const { id } = await labs.start(slug, 2);
		host.now += 20 * minuteMs;
		await labs.stop(first.id);
		const lab = await live(labs, id);
		expect(lab).toMatchObject({ state: "active", seed: 2, queue: null, readyAt: host.now, expiresAt: host.now + 60 * minuteMs });
		expect((await labs.timeline(id, 0)).map(({ text }) => text)).toContain("its turn has come");
	});

	test("everybody's first lab comes before anybody's second", async () => {
		const { labs, open } = await full(3);
		const ids: string[] = [];
		for (const person of ["anna", "anna", "ben"]) {
			host.now += 1_000;
			ids.push((await labs.start(slug, 1, person)).id);
		}
		const [annasFirst, annasSecond, bens] = ids as [string, string, string];
		await at(labs, bens, 2, 3);
		await at(labs, annasSecond, 3, 3);
		for (const [index, next] of [annasFirst, bens, annasSecond].entries()) {
			await labs.stop(open[index]?.id ?? "");
			await live(labs, next);
			expect(host.world.labs.size).toBe(3);
		}
	});

	test("nobody comes before others by ending a lab that they have had while those waited", async () => {
		const labs = engine(1);
		const first = await live(labs, (await labs.start(slug, 1, "anna")).id);
		host.now += 1_000;
		const again = await labs.start(slug, 2, "anna");
		host.now += 1_000;
		const ben = await labs.start(slug, 1, "ben");
		await at(labs, again.id, 2, 2);
		await labs.stop(first.id);
		await live(labs, ben.id);
		await at(labs, again.id, 1, 1);
	});

	test("who leaves the queue is gone at once, and the others move up and are told", async () => {
		const { labs } = await full(1);
		const [ann, ben] = [await labs.start(slug, 1, "anna"), await labs.start(slug, 1, "ben")];
		const told = at(labs, ben.id, 1, 1);
		await labs.stop(ann.id);
		await inState(labs, ann.id, "destroyed");
		expect((await told).queue?.reason).toContain("until another lab ends");
		expect(host.world.labs.size).toBe(1);
	});

	test("no more are made at once than may, and the next begins when one is ready", async () => {
		host.limits.startsAtOnce = 1;
		const labs = engine(8);
		host.world.stalls.add("Creating the cluster");
		const first = await labs.start(slug, 1, "anna");
		const second = await labs.start(slug, 1, "ben");
		expect((await labs.get(second.id)).queue?.reason).toBe("As many labs are on their way as can start at once.");
		await until(labs, first.id, ({ stages }) => stages.some(({ name }) => name === "Creating the cluster"));
		host.world.stalls.clear();
		// One that hangs is ended: the other goes through.
		await labs.stop(first.id);
		await live(labs, second.id);
	});

	test("a lab that failed waits for its turn when it is tried again", async () => {
		const labs = engine(1);
		host.world.failures.set("Starting CoreDNS", new Error("no DNS today"));
		const failed = await labs.start(slug, 1, "anna");
		await inState(labs, failed.id, "failed");
		await expect.poll(() => host.world.labs.size).toBe(0);
		const other = await live(labs, (await labs.start(slug, 1, "ben")).id);
		await labs.reset(failed.id);
		expect(await labs.get(failed.id)).toMatchObject({ state: "requested", failure: null, stages: [], queue: { position: 1, of: 1 } });
		await labs.stop(other.id);
		await live(labs, failed.id);
	});

	test("an estimate comes from how long labs were in use here", async () => {
		const labs = engine(1);
		for (const minutes of [10, 30, 20]) {
			const { id } = await live(labs, (await labs.start(slug)).id);
			host.now += minutes * minuteMs;
			await labs.stop(id);
			await inState(labs, id, "destroyed");
		}
		await live(labs, (await labs.start(slug)).id);
		const waits = await labs.start(slug, 1, "ben");
		expect((await labs.get(waits.id)).queue?.expectedAt).toBe(host.now + 20 * minuteMs);
	});

	test("labs of other instances count, and no time is promised where only theirs could end", async () => {
		const labs = engine(4);
		host.world.othersBytes = 3.5 * gib;
		const { id } = await labs.start(slug, 1);
		expect(await labs.get(id)).toMatchObject({ state: "requested", queue: { position: 1, expectedAt: null } });
		host.world.othersBytes = 3 * gib;
		await labs.queue.tend();
		await live(labs, id);
	});
});

describe("what is refused at once", () => {
	test("a lab that this host can never hold, with what it needs and what there is", async () => {
		const labs = engine(0.5);
		await expect(labs.start(slug, 1)).rejects.toMatchObject({
			...{ code: "lab-too-big", kind: "conflict" },
			message: "This lab needs 1.0 GiB of memory; this host has 0.5 GiB for labs in all.",
		});
		expect(await labs.list()).toEqual([]);
	});

	test("one more than a person may have, those that wait and rest counted, with their names and how to end one", async () => {
		host.limits.labsPerPerson = 2;
		const labs = engine(1);
		const open = await labs.start(slug, 1, "anna");
		host.now += 1_000;
		const waits = await labs.start(slug, 1, "anna");
		const named = `anna has 2 labs open or waiting, which is the limit of one person: ${slug} (${waits.id}), ${slug} (${open.id}).`;
		await expect(labs.start(slug, 1, "anna")).rejects.toMatchObject({
			...{ code: "own-limit", kind: "conflict", message: named, mend: expect.stringContaining(`npx faultline lab stop ${open.id}`) },
		});
		await labs.start(slug, 1, "ben");
		await labs.stop(waits.id);
		await labs.start(slug, 1, "anna");
	});

	test("the limit holds however many ask at once", async () => {
		host.limits.labsPerPerson = 2;
		const labs = engine(8);
		const asked = await Promise.allSettled(Array.from({ length: 6 }, () => labs.start(slug, 1, "anna")));
		expect(asked.filter(({ status }) => status === "fulfilled")).toHaveLength(2);
	});

	test("a lab in the queue for which the host has become too small says so", async () => {
		const { labs } = await full(1);
		const { id } = await labs.start(slug, 1, "anna");
		host.world.memoryBytes = 0.5 * gib;
		await labs.queue.tend();
		const { failure } = await inState(labs, id, "failed");
		expect(failure).toMatchObject({ code: "lab-too-big", step: "Waiting for its turn" });
	});
});

describe("after a crash of the engine", () => {
	test("who waited still waits, in the same place, and gets a lab", async () => {
		const { labs: died, first } = await full(1);
		const ids: string[] = [];
		for (const person of ["anna", "ben"]) {
			host.now += 1_000;
			ids.push((await died.start(slug, 1, person)).id);
		}
		const [ann, ben] = ids as [string, string];
		const next = await nextEngine(died);
		await at(next, ann, 1, 2);
		await at(next, ben, 2, 2);
		await live(next, first.id);
		await next.stop(first.id);
		await live(next, ann);
		expect(host.world.labs.size).toBe(1);
		await at(next, ben, 1, 1);
	});
});

describe("the pool", () => {
	test("gives way before anybody waits for a lab to end", async () => {
		await host.filled();
		const pooled = (await host.pooled()).length;
		expect(pooled).toBeGreaterThan(1);
		const labs = engine(pooled);
		const other = "blocked-dns";
		for (const { id, scenario } of await host.pooled()) if (scenario === other) await labs.start(other).then(() => labs.stop(id));
		await expect.poll(async () => (await labs.list()).every(({ state }) => state === "destroyed")).toBe(true);
		host.world.memoryBytes = host.world.labs.size * gib;
		const members = new Set((await host.pooled()).map(({ id }) => `destroy ${id}`));
		const { id } = await labs.start(other, 1, "anna");
		await live(labs, id);
		const { calls } = host.world;
		const made = calls.indexOf(`create ${id}`);
		expect(calls.slice(0, made).filter((call) => members.has(call)).length).toBeGreaterThan(0);
		expect(host.world.labs.size * gib).toBeLessThanOrEqual(host.world.memoryBytes);
	});

	test("makes nothing of what somebody waits for", async () => {
		const { labs, first } = await full(1);
		const { id } = await labs.start(slug, 1, "anna");
		await labs.pool.tend();
		expect(await host.pooled()).toEqual([]);
		await labs.stop(first.id);
		await live(labs, id);
	});

	test("gives its labs to those who wait, before whoever comes later", async () => {
		const labs = await host.filled();
		const kept = await host.spare();
		// Nobody is first in the queue for a lab that the pool has: what it holds is only of one variant.
		for (const { id, scenario, seed } of await host.pooled())
			if (scenario === slug ? seed !== kept.seed : scenario === "blocked-dns") await host.store.discard(id);
		host.limits.startsAtOnce = 1;
		host.world.stalls.add("Creating the cluster");
		const hangs = await labs.start("blocked-dns", 1, "carl");
		const first = await labs.start("blocked-dns", 1, "anna");
		host.now += 1_000;
		const second = await labs.start(slug, kept.seed, "ben");
		expect([hangs, first, second].map(({ queue }) => queue?.position)).toEqual([undefined, 1, 2]);
		expect(await host.store.get(kept.id)).toMatchObject({ state: "frozen", pooled: true });
		host.world.stalls.clear();
		host.limits.startsAtOnce = 5;
		await labs.queue.tend();
		await live(labs, second.id);
		expect(await host.store.get(kept.id)).toBeUndefined();
		expect(await host.store.get(second.id)).toMatchObject({ environmentId: kept.environmentId });
		expect(host.world.calls).not.toContain(`create ${second.id}`);
	});

	test("labs that were over before ends were kept put nobody behind", async () => {
		const labs = engine(1);
		const { id: old } = await live(labs, (await labs.start(slug, 1, "anna")).id);
		await labs.stop(old);
		await inState(labs, old, "destroyed");
		await host.store.update(old, { endedAt: null });
		await live(labs, (await labs.start(slug, 1, "ben")).id);
		const { id } = await labs.start(slug, 1, "anna");
		expect(await host.store.get(id)).toMatchObject({ turn: 0 });
	});
});
