import { expect, test } from "vitest";
import { expectedWords, queueLine } from "./queue-words.ts";

const now = 1_000_000;
const words = (ms: number | null) => expectedWords({ expectedAt: ms === null ? null : now + ms }, now);

test("an estimate is said in steps, never shorter than it is", () => {
	expect([11_000, 40_000, 41_000, 60_000, 61_000, 150_000].map(words)).toEqual([
		...["about 20 s", "about 40 s", "about 50 s", "about 1 min", "about 2 min", "about 3 min"],
	]);
	expect(words(65 * 60_000)).toBe("about 1 h 05 min");
});

test("what is due or late is any moment, and what nobody knows promises nothing", () => {
	expect([10_000, 0, -5_000].map(words)).toEqual(["any moment", "any moment", "any moment"]);
	expect(words(null)).toBe("when there is room");
});

test("one line names the place and the time", () => {
	expect(queueLine({ position: 2, of: 3, expectedAt: now + 170_000 }, now)).toBe("Position 2 of 3, about 3 min");
});
