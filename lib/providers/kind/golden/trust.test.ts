import { expect, test } from "vitest";
import { createGoldenTrust } from "./trust.ts";

test("one lab that was not as prepared costs nobody the golden cluster; two in a row do", () => {
	const trust = createGoldenTrust();
	expect([false, true, false, false].map((asPrepared) => trust.judge("a", asPrepared))).toEqual([false, false, false, true]);
	expect(trust.judge("b", false)).toBe(false);
});

test("what was forgotten may be made anew once, and begins with full trust", () => {
	const trust = createGoldenTrust();
	for (const isGivenUp of [false, true]) {
		expect([trust.judge("a", false), trust.judge("a", false)]).toEqual([false, true]);
		expect(trust.isGivenUp("a")).toBe(isGivenUp);
	}
	expect(trust.isGivenUp("b")).toBe(false);
});
