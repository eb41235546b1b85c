import { expect, test } from "vitest";
import { formatDuration, formatRough } from "./duration.ts";

test("a running count keeps its seconds until an hour", () => {
	expect(formatDuration(4_999)).toBe("4 s");
	expect(formatDuration(80_000)).toBe("1 min 20 s");
	expect(formatDuration(65_000)).toBe("1 min 05 s");
	expect(formatDuration(7_500_000)).toBe("2 h 05 min");
});

test("a span that has run out is nought", () => {
	expect(formatDuration(-1)).toBe("0 s");
	expect(formatRough(-60_000)).toBe("0 s");
});

test("a rough span rounds to the unit that matters", () => {
	expect(formatRough(39_600)).toBe("40 s");
	expect(formatRough(725_000)).toBe("12 min");
	expect(formatRough(7_500_000)).toBe("2 h 05 min");
});
