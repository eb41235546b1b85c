import { expect, test } from "vitest";
import { type Census, leftOver } from "./census.ts";
import { figuresOf, type Visited, visitsOf } from "./load.ts";

const seeds: Record<string, number[]> = { a: [1, 2], b: [1, 2, 3] };
const catalogue = {
	slugs: () => Object.keys(seeds),
	seeds: (slug: string) => seeds[slug] ?? [],
	instantiate: (slug: string) => ({ fixes: slug === "a" ? [1, 2] : [1] }),
} as unknown as Parameters<typeof visitsOf>[0];

test("learners take scenarios, seeds and then fixes in turn", () => {
	const visits = visitsOf(catalogue, 7).map(({ slug, seed, fix }) => `${slug}${seed} ${fix}`);
	expect(visits).toEqual(["a1 0", "b1 0", "a2 0", "b2 0", "b3 0", "a1 1", "b1 0"]);
	expect(new Set(visitsOf(catalogue, 7).map(({ person }) => person)).size).toBe(7);
});

test("a lab that failed and a thing that is left break their goals, and slow ones do not", () => {
	const good: Visited = { turn: 1, ready: 900, solved: 2, graded: 3, gone: 4 };
	const figures = (visited: Visited[], left: number) => {
		const all = figuresOf({ visited, left, seconds: 3600, atOnce: 20 });
		return {
			failing: all.filter(({ holds }) => !holds).map(({ name }) => name),
			of: (name: string) => all.find((one) => one.name === name),
		};
	};
	expect(figures([good, good], 0).failing).toEqual([]);
	expect(figures([good, { ...good, failure: "no" }], 0).failing).toEqual(["labs that failed"]);
	expect(figures([good], 1).failing).toEqual(["things left on the host"]);
	expect(figures([good, { failure: "refused" }], 0).of("solved and gone again")).toMatchObject({ value: 1, unit: "labs an hour" });
	expect(figures([good, { failure: "refused" }], 0).of("click until ready, median")).toMatchObject({ value: 900 });
});

test("what was there before is not left over", () => {
	const census = (more: Partial<Census>): Census => ({
		containers: ["p"],
		networks: [],
		volumes: [],
		cgroups: [],
		rows: [],
		folders: [],
		...more,
	});
	expect(leftOver(census({}), census({}))).toEqual([]);
	expect(leftOver(census({}), census({ containers: [] }))).toEqual([]);
	expect(leftOver(census({ volumes: ["v"] }), census({ containers: ["p", "q"], volumes: ["v"], rows: ["r"] }))).toEqual([
		"container q",
		"row r",
	]);
});
