import { expect, test } from "vitest";
import { benchSampling, fixedSize } from "./sampling.ts";

test("the fixed-size test is the smallest that has the errors", () => {
	// Zero failures allowed: 0.8^n ≤ 0.1 from n = 11 on, and 1 − 0.99^11 = 0.105 is too much; one allowed needs 18.
	expect(fixedSize({ p0: 0.01, p1: 0.2, alpha: 0.1, beta: 0.1 })).toBe(18);
	expect(fixedSize({ p0: 0.001, p1: 0.2, alpha: 0.1, beta: 0.1 })).toBe(11);
});

test("the sequential test reaches its goals", () => {
	const figures = benchSampling();
	expect(figures).toHaveLength(12);
	expect(figures.filter(({ holds }) => !holds)).toEqual([]);
});
