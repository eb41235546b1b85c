import { expect, test } from "vitest";
import { timeLeft } from "./time-left.ts";

const minute = 60_000;

test("time is quiet above ten minutes and counted below", () => {
	expect(timeLeft(42 * minute, 0)).toEqual({ text: "42 min", soon: false, over: false });
	expect(timeLeft(9 * minute + 41_000, 0)).toEqual({ text: "9:41", soon: true, over: false });
	expect(timeLeft(5_000, 0)).toEqual({ text: "0:05", soon: true, over: false });
});

test("time that has run out is nought, and a lab without an end has none", () => {
	expect(timeLeft(0, minute)).toEqual({ text: "0:00", soon: true, over: true });
	expect(timeLeft(null, minute)).toBeNull();
});
