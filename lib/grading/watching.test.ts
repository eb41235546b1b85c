import { expect, test } from "vitest";
import { changes } from "./watching.ts";

/** A clock whose sleeps last until their signal; `slept` are those that have begun. */
function following() {
	const slept: number[] = [];
	const ending = new AbortController();
	const sleep = (ms: number, signal?: AbortSignal) => {
		slept.push(ms);
		if (ms === 50) return Promise.resolve();
		return new Promise<void>((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason), { once: true }));
	};
	return { slept, ending, ...changes({ clock: { now: () => 0, sleep }, signal: ending.signal }) };
}

test("a change wakes all who wait for it, and burst by burst", async () => {
	const { wake, change, slept } = following();
	const both = Promise.all([change(400), change(500)]);
	wake();
	await both;
	expect(slept).toEqual([400, 500, 50, 50]);
	const later = change(600);
	wake();
	await later;
});

test("who waits is not woken by a change that was before", async () => {
	const { wake, change, ending } = following();
	wake();
	const waiting = change(400);
	ending.abort(new Error("ended"));
	await expect(waiting).rejects.toThrow("ended");
});
