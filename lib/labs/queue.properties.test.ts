import fc from "fast-check";
import { expect, test } from "vitest";
import { isOver } from "./lab-state.ts";
import type { LabService } from "./service.ts";
import { openPoolHost, slug } from "./test-support/pool-host.ts";
import { inState } from "./test-support/waiting.ts";

const gib = 1024 ** 3;
const labsPerPerson = 4;

type Happening = { what: "ask"; person: string } | { what: "end"; nth: number } | { what: "crash" } | { what: "tend the pool" };

const happening: fc.Arbitrary<Happening> = fc.oneof(
	{ weight: 6, arbitrary: fc.record({ what: fc.constant("ask" as const), person: fc.constantFrom("anna", "ben", "carl") }) },
	{ weight: 3, arbitrary: fc.record({ what: fc.constant("end" as const), nth: fc.nat(9) }) },
	{ weight: 1, arbitrary: fc.constant({ what: "crash" as const }) },
	{ weight: 3, arbitrary: fc.constant({ what: "tend the pool" as const }) },
);
const anyHost = fc.record({ places: fc.integer({ min: 1, max: 6 }), others: fc.nat(3) });

/** A lab that somebody can use, as soon as there is one. */
async function anyLive(labs: LabService): Promise<string> {
	const ending = new AbortController();
	for await (const { id, state, objectives } of labs.watchAll(ending.signal)) if (objectives.length > 0 && !isOver(state)) return id;
	throw new Error("nobody has a lab");
}

/** Whatever comes, in whatever order; in the end everything that was asked for is ended, one after another. */
async function play({ places, others }: { places: number; others: number }, happenings: readonly Happening[]) {
	const host = await openPoolHost();
	host.limits = { labsPerPerson, startsAtOnce: 2 };
	const { world } = host;
	[world.memoryBytes, world.othersBytes] = [(places + others) * gib, others * gib];
	let most = 0;
	const { labs: onHost } = world;
	const put = onHost.set.bind(onHost);
	onHost.set = (id, lab) => {
		put(id, lab);
		most = Math.max(most, onHost.size);
		return onHost;
	};
	let engine = begin();
	function begin(): { labs: LabService; end: () => Promise<void> } {
		const labs = host.engine();
		const ending = new AbortController();
		const keeping = labs.queue.keep(ending.signal);
		return {
			labs,
			async end() {
				ending.abort();
				await keeping;
				await labs.close({ destroy: false });
			},
		};
	}
	const asked: string[] = [];
	const open = async () => (await engine.labs.list()).filter(({ state }) => !isOver(state));

	async function happen(one: Happening): Promise<void> {
		const { labs } = engine;
		if (one.what === "tend the pool") return void (await labs.pool.tend());
		const all = await open();
		if (one.what === "crash") {
			await engine.end();
			engine = begin();
			await engine.labs.reconcile();
		} else if (one.what === "end") {
			const ended = all[one.nth % Math.max(1, all.length)];
			if (ended) await labs.stop(ended.id);
		} else if (all.filter(({ person }) => person === one.person).length < labsPerPerson) {
			asked.push((await labs.start(slug, undefined, one.person)).id);
		} else await expect(labs.start(slug, undefined, one.person)).rejects.toMatchObject({ code: "own-limit" });
	}

	for (const one of happenings) {
		host.now += 1_000;
		await happen(one);
		const taken = (await engine.labs.list()).flatMap(({ queue }) => (queue ? [queue.position] : []));
		expect(new Set(taken).size).toBe(taken.length);
	}
	while ((await open()).length > 0) {
		const id = await anyLive(engine.labs);
		await engine.labs.stop(id);
		await inState(engine.labs, id, "destroyed");
	}
	expect((await engine.labs.list()).map(({ id }) => id).sort()).toEqual(asked.sort());
	expect(most).toBeLessThanOrEqual(places);
	await engine.end();
	await host.close();
}

test("never is more on the host than fits, whoever asked gets a lab in the end, and no two have the same place", async () => {
	await fc.assert(fc.asyncProperty(anyHost, fc.array(happening, { maxLength: 16 }), play), { seed: 1, numRuns: 40 });
});
