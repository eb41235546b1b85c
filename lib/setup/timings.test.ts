import { expect, test } from "vitest";
import { inWords, usualMs, withTiming } from "./timings.ts";

test("the estimate is the median, so that one slow run does not count", () => {
	expect(usualMs({ images: [100, 90_000, 120] }, "images")).toBe(120);
	expect(usualMs({ images: [100, 200] }, "images")).toBe(150);
	expect(usualMs({}, "images")).toBeNull();
});

test("only the newest five runs are kept", () => {
	let all = {};
	for (const ms of [1, 2, 3, 4, 5, 6]) all = withTiming(all, "next", ms);
	expect(all).toEqual({ next: [2, 3, 4, 5, 6] });
});

test.each([
	[400, "0.4 s"],
	[9960, "10 s"],
	[59_400, "59 s"],
	[60_000, "1 min"],
	[200_000, "3 min 20 s"],
	[3_900_000, "1 h 5 min"],
])("%i ms are %s", (ms, words) => {
	expect(inWords(ms)).toBe(words);
});
