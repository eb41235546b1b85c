import { expect, test } from "vitest";
import { type Claim, chooseMember } from "./choose-member.ts";
import { aMember, hourMs } from "./test-support/pool.ts";

const claim: Claim = { now: 0, scenario: "a", version: "1", seed: null, had: [], ageMs: 12 * hourMs };

test("the quickest is given, and of those the oldest", () => {
	const members = [
		aMember("cold", "a", { tier: "cold", madeAt: -5 }),
		aMember("young", "a", { madeAt: -1 }),
		aMember("old", "a", { madeAt: -2 }),
	];
	expect(chooseMember(members, claim)?.id).toBe("old");
});

test("a learner gets a seed that is new to them, even a slower one, and a known one rather than none", () => {
	const members = [aMember("known", "a", { seed: 1 }), aMember("new", "a", { seed: 2, tier: "cold" })];
	expect(chooseMember(members, { ...claim, had: [1] })?.id).toBe("new");
	expect(chooseMember(members, { ...claim, had: [1, 2] })?.id).toBe("known");
	expect(chooseMember(members, { ...claim, seed: 1, had: [1] })?.id).toBe("known");
});

test.each([
	["of another scenario", aMember("m", "b")],
	["of another version", aMember("m", "a", { version: "0" })],
	["of another seed than asked for", aMember("m", "a", { seed: 2 })],
	["too old", aMember("m", "a", { madeAt: -12 * hourMs })],
	["not ready yet", aMember("m", "a", { tier: "creating" })],
	["in the middle of something", aMember("m", "a", { doing: "renew" })],
])("one that is %s is never given", (_, member) => {
	expect(chooseMember([member], { ...claim, seed: 1 })).toBeUndefined();
});
