import { expect, test } from "vitest";
import type { ObjectiveResult } from "../protocol/report.ts";
import type { ScenarioInstance } from "../scenarios/instance.ts";
import { askUntil } from "./ask.ts";
import { emptyView } from "./cluster-view.ts";
import { seededRandom } from "./test-support/seeded-random.ts";

// What an objective that is not sampled says of a system that fails at times, or for a time: four looks of twelve requests
// each, as a decisive check has them, on a clock of its own.

const samples = 12;
const askingMs = 50;
/** Patience of the first look, in which nothing is on its way, and of the three after a disturbance. */
const patienceMs = [3_000, 20_000, 20_000, 20_000];
const scenario = { objectives: [{ id: "names", title: "names", points: 1, check: { type: "http" } }] } as unknown as ScenarioInstance;

async function passes(answers: (now: number) => boolean): Promise<boolean> {
	let now = 0;
	for (const patience of patienceMs) {
		const until = now + patience;
		const results = await askUntil({
			scenario,
			evaluate: async () => {
				now += askingMs;
				const failed = Array.from({ length: samples }, () => answers(now)).includes(false);
				return [{ verdict: failed ? "fail" : "pass", id: "names" } as ObjectiveResult];
			},
			watching: {
				current: () => emptyView,
				change: async (mostMs) => {
					now += mostMs;
				},
			},
			clock: { now: () => now, sleep: async () => {} },
			pending: () => [],
			until: () => until,
			onWait: () => {},
		});
		if (results.some(({ verdict }) => verdict !== "pass")) return false;
	}
	return true;
}

async function shareThatPasses(rate: number, runs = 4_000): Promise<number> {
	const random = seededRandom(5);
	let passed = 0;
	for (let run = 0; run < runs; run++) if (await passes(() => random() >= rate)) passed++;
	return passed / runs;
}

test.each([
	{ rate: 0.5, most: 0 },
	{ rate: 0.25, most: 0.001 },
	{ rate: 0.1, most: 0.02 },
])("a system that fails $rate of its requests passes in $most of all checks at most", async ({ rate, most }) => {
	expect(await shareThatPasses(rate)).toBeLessThanOrEqual(most);
});

test("a system that a disturbance breaks for some seconds, wholly or by half, and then never again passes", async () => {
	const random = seededRandom(5);
	for (let run = 0; run < 200; run++) expect(await passes((now) => now > 12_000 || now < 1_000 || random() < 0.5)).toBe(true);
});
