import { expect, test } from "vitest";
import { atLeast, binomial, gammaPoisson, plus, poisson } from "./chances.ts";
import { type Announcement, beginsAt, countStart, emptyTally, expectDemand, type PathStep, type StartTally } from "./demand.ts";

const [minuteMs, hourMs] = [60_000, 3_600_000];
const times = { refillMs: minuteMs, makeMs: 15_000, atOnce: 2, ageMs: 12 * hourMs };
const scenarios = ["a", "b"];

interface Case {
	now?: number;
	tally?: StartTally;
	steps?: PathStep[];
	announcements?: Announcement[];
}
function chancesOf({ now = 24 * hourMs, tally = emptyTally(0), steps = [], announcements = [] }: Case) {
	const demands = expectDemand({ now, scenarios, times }, tally, steps, announcements);
	return Object.fromEntries(demands.map((demand) => [`${demand.scenario}/${demand.seed ?? "any"}`, demand]));
}
const first = (chances: Case, line = "a/any") => chancesOf(chances)[line]?.soon[0] ?? 0;
const every = (scenario: string, stepMs: number, from: number, to: number) => {
	let tally = emptyTally(0);
	for (let at = from; at < to; at += stepMs) tally = countStart(tally, { scenario, at });
	return tally;
};

test("the distributions are those of the books", () => {
	// Poisson of mean 2: P(≥ 1) = 1 − e^-2, P(≥ 2) = 1 − 3e^-2.
	expect(atLeast(poisson(2))[0]).toBeCloseTo(1 - Math.exp(-2));
	expect(atLeast(poisson(2))[1]).toBeCloseTo(1 - 3 * Math.exp(-2));
	expect(binomial(3, 0.5)).toEqual([0.125, 0.375, 0.375, 0.125]);
	// Gamma(1) mixed: geometric, P(≥ n) = (t / (b + t))^n.
	expect(atLeast(gammaPoisson(1, 3, 1))[1]).toBeCloseTo(1 / 16);
	const sum = plus(poisson(1), poisson(2));
	for (const n of [0, 1, 5]) expect(sum[n]).toBeCloseTo(poisson(3)[n] ?? 0, 6);
});

test("chances fall with the count and stay probabilities", () => {
	const tally = every("a", minuteMs, 20 * hourMs, 24 * hourMs);
	for (const { soon, inTime } of Object.values(chancesOf({ tally }))) {
		for (const chances of [soon, inTime]) {
			expect(chances).toEqual(chances.toSorted((x, y) => y - x));
			expect(chances.every((chance) => chance >= 0 && chance <= 1)).toBe(true);
		}
	}
});

test("a scenario started every five minutes is expected about every five minutes", () => {
	const tally = every("a", 5 * minuteMs, 0, 24 * hourMs);
	expect(first({ tally })).toBeGreaterThan(0.15);
	expect(first({ tally })).toBeLessThan(0.21);
	expect(first({ tally }, "b/any")).toBeLessThan(0.01);
});

test("demand falls when nobody comes any more", () => {
	const tally = every("a", 5 * minuteMs, 0, 24 * hourMs);
	const chances = [24, 25, 28, 34].map((hour) => first({ tally, now: hour * hourMs }));
	expect(chances).toEqual(chances.toSorted((x, y) => y - x));
	expect(chances[3]).toBeLessThan(0.02);
});

test("how busy it is now lifts the popular ones that were not started yet today", () => {
	const lastWeek = every("a", 10 * minuteMs, 0, 12 * hourMs);
	const quiet = first({ tally: lastWeek });
	let busy = lastWeek;
	for (let at = 23 * hourMs; at < 24 * hourMs; at += minuteMs) busy = countStart(busy, { scenario: "b", at });
	expect(first({ tally: busy })).toBeGreaterThan(2 * quiet);
});

test("a learner about to finish makes the path's next step likely", () => {
	const before = first({}, "b/any");
	const step = (meanMs: number) => first({ steps: [{ scenario: "b", chance: 0.5, meanMs }] }, "b/any");
	expect(step(minuteMs)).toBeGreaterThan(before + 0.25);
	expect(step(20 * minuteMs)).toBeGreaterThan(before);
	expect(step(20 * minuteMs)).toBeLessThan(step(minuteMs));
});

test("an announcement counts from when its members must be begun until the late have come", () => {
	const gameDay: Announcement = { scenario: "a", seed: null, startsAt: 30 * hourMs, people: 10, showUp: 0.9 };
	// Ten at 15 s each, two at once, twice as long as on a quiet host, and a refill before: 3.5 minutes.
	expect(beginsAt(gameDay, times)).toBe(30 * hourMs - 3.5 * minuteMs);
	const seventh = (now: number) => chancesOf({ now, announcements: [gameDay] })["a/any"]?.soon[6] ?? 0;
	expect(seventh(30 * hourMs - 4 * minuteMs)).toBeLessThan(0.01);
	expect(seventh(30 * hourMs - 3 * minuteMs)).toBeGreaterThan(0.9);
	expect(seventh(30 * hourMs + 14 * minuteMs)).toBeGreaterThan(0.9);
	expect(seventh(30 * hourMs + 16 * minuteMs)).toBeLessThan(0.01);
});

test("an announcement with a seed of its own is a line of its own", () => {
	const now = 30 * hourMs;
	const announcements: Announcement[] = [{ scenario: "a", seed: 2, startsAt: now, people: 2, showUp: 1 }];
	expect(chancesOf({ now, announcements })["a/2"]).toMatchObject({ soon: [1, 1], inTime: [1, 1] });
	expect(first({ now, announcements })).toBe(first({ now }));
	expect(chancesOf({ now: now - 2 * hourMs, announcements })["a/2"]).toBeUndefined();
});
