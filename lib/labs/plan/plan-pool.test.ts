import { expect, test } from "vitest";
import { allocate } from "./allocate.ts";
import { planPool } from "./plan-pool.ts";
import type { PoolInput } from "./pool-types.ts";
import { aLine, aMember, anInput, applied, finish, gib, hourMs, labBytes } from "./test-support/pool.ts";

const doings = (input: PoolInput) => planPool(input).actions.map((action) => action.do);

test("an empty pool begins with what is asked for most, as many as may be made at once", () => {
	const { actions, held } = planPool(anInput({ lines: [aLine("rare", [0.01]), aLine("often", [0.9]), aLine("some", [0.3])] }));
	expect(actions).toMatchObject([
		{ do: "create", key: { scenario: "often", seed: 1 } },
		{ do: "create", key: { scenario: "some", seed: 1 } },
	]);
	expect(actions[0]?.reason).toBe("1 or more are asked for with 90 % before one is made; 0 there.");
	expect(held).toBe("As many are being made as may be at once.");
});

test("what nobody is likely to ask for within a member's life is not made", () => {
	expect(planPool(anInput({ lines: [{ ...aLine("never", [1e-7]), inTime: [0.001] }] }))).toEqual({ actions: [], held: null });
});

test("seeds take turns, so that a learner who had one finds another", () => {
	const members = [aMember("a", "often", { seed: 1 }), aMember("b", "often", { seed: 3 })];
	const { actions } = planPool(anInput({ members, lines: [aLine("often", [0.9, 0.8, 0.7, 0.6])] }));
	expect(actions).toMatchObject([
		{ do: "create", key: { seed: 2 } },
		{ do: "create", key: { seed: 1 } },
	]);
});

test("a game-day's seed is made besides what others need", () => {
	const lines = [{ ...aLine("shop", [1, 1]), seed: 2 }, aLine("shop", [0.5])];
	const { actions } = planPool(anInput({ lines, members: [aMember("a", "shop", { seed: 2 }), aMember("b", "shop", { seed: 1 })] }));
	expect(actions).toMatchObject([{ do: "create", key: { seed: 2 } }]);
});

test.each([
	["learners' labs take the processors", { busyCpus: 3.2 }, "Labs in use take 80 % of the processors."],
	["learners' starts take the places", { starting: 2 }, "2 labs are on the way to learners."],
])("nothing is made while %s, and the plan says so", (_, host, held) => {
	expect(planPool(anInput({ host, lines: [aLine("often", [0.9])] }))).toEqual({ actions: [], held });
});

test("a start under way takes one of the places", () => {
	expect(doings(anInput({ host: { starting: 1 }, lines: [aLine("often", [0.9, 0.8, 0.7])] }))).toEqual(["create"]);
});

test("a proven lab is frozen, also while learners need the processors", () => {
	const members = [aMember("a", "often", { tier: "ready" })];
	expect(doings(anInput({ host: { busyCpus: 4 }, members, lines: [aLine("often", [0.9])] }))).toEqual(["freeze"]);
});

test("what is too old, of another version or of no scenario is evicted, and replaced", () => {
	const members = [
		aMember("old", "often", { madeAt: -12 * hourMs }),
		aMember("changed", "often", { version: "0" }),
		aMember("gone", "removed"),
		aMember("good", "often", { madeAt: -hourMs, seed: 2 }),
	];
	const { actions } = planPool(anInput({ members, lines: [aLine("often", [0.9, 0.5])] }));
	expect(actions).toMatchObject([
		{ do: "evict", member: "old", reason: "It is 720 min old, or its seed is gone." },
		{ do: "evict", member: "changed", reason: "The scenario has changed since it was made." },
		{ do: "evict", member: "gone", reason: "Its scenario is not offered any more." },
		{ do: "create", key: { scenario: "often", version: "1" } },
	]);
});

test("a member is replaced before it is too old to be given out, and stays until then", () => {
	const members = [aMember("ageing", "often", { madeAt: -11 * hourMs, provenAt: 0 })];
	expect(doings(anInput({ members, lines: [aLine("often", [0.9])] }))).toEqual(["create"]);
});

test("an old proof is renewed before anything new is made", () => {
	const members = [aMember("a", "often", { madeAt: -3 * hourMs })];
	expect(planPool(anInput({ members, lines: [aLine("often", [0.9, 0.8])] })).actions).toMatchObject([
		{ do: "renew", member: "a", reason: "Its fault was last proven 180 min ago." },
		{ do: "create" },
	]);
});

test("labs in use get the pool's memory: what is worth least for its bytes goes first", () => {
	const members = [aMember("a", "rare"), aMember("b", "often"), aMember("c", "some")];
	const lines = [aLine("rare", [0.01]), aLine("often", [0.9]), aLine("some", [0.3])];
	const host = { memoryBytes: 8 * gib, usedBytes: 8 * gib - 3 * labBytes };
	expect(planPool(anInput({ host, members, lines })).actions).toMatchObject([
		{ do: "evict", member: "a", reason: "Labs in use need the memory." },
		{ do: "evict", member: "c" },
	]);
});

test("with swap, memory is given by reclaiming before anything is lost", () => {
	const members = [aMember("a", "often"), aMember("b", "often")];
	const host = { memoryBytes: 8 * gib, usedBytes: 8 * gib - 3 * labBytes, swapBytes: 48 * gib };
	const input = anInput({ host, members, lines: [aLine("often", [0.9, 0.1], { cold: true })] });
	expect(doings(input)).toEqual(["reclaim", "reclaim"]);
});

test("a learner who waits for room gets it from the pool", () => {
	const room = { memoryBytes: 8 * gib, usedBytes: 8 * gib - 4 * labBytes };
	const input = (wantedBytes: number) =>
		anInput({
			host: { ...room, wantedBytes },
			members: [aMember("a", "often"), aMember("b", "often")],
			lines: [aLine("often", [0.9, 0.5])],
		});
	expect(doings(input(0))).toEqual([]);
	expect(doings(input(labBytes))).toEqual(["evict"]);
});

/** Four members of one scenario fill the host up to what is kept free. */
const full = (kept: number[], other: number[]) =>
	anInput({
		host: { memoryBytes: 7 * labBytes },
		members: ["a", "b", "c", "d"].map((id) => aMember(id, "kept")),
		lines: [aLine("kept", kept), aLine("other", other)],
	});

test("something is evicted for something else only where that is worth far more", () => {
	expect(doings(full([0.2, 0.05, 0.04, 0.03], [0.06]))).toEqual([]);
	expect(doings(full([0.2, 0.05, 0.04, 0.03], [0.9]))).toEqual(["evict"]);
});

test("room that is being freed is waited for, then used", () => {
	const input = full([0.01, 0.001, 0.0005, 0.0001], [0.9]);
	const { actions } = planPool(input);
	expect(actions).toMatchObject([{ do: "evict", member: "d", reason: "Its memory is worth more for other." }]);
	const begun = applied(input, actions);
	expect(planPool(begun)).toEqual({ actions: [], held: "Memory is being freed first." });
	expect(planPool({ ...begun, members: finish(begun.members) }).actions).toMatchObject([{ do: "create", key: { scenario: "other" } }]);
});

test("scenarios that are asked for alike get alike", () => {
	const lines = ["a", "b", "c"].map((name) => aLine(name, [0.5, 0.25, 0.1, 0.05]));
	for (let labs = 6; labs < 20; labs++) {
		const { targets } = allocate(anInput({ host: { memoryBytes: labs * labBytes }, lines }).host, lines, anInput({}).limits);
		const counts = [...targets.values()].map(({ members }) => members);
		expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
	}
});

test("with swap the pool goes wide in cold members first and warms the likeliest with what is left", () => {
	const lines = [aLine("often", [0.9, 0.5], { cold: true }), aLine("rare", [0.05], { cold: true })];
	const host = (memoryBytes: number) => ({ ...anInput({}).host, memoryBytes, swapBytes: 48 * gib });
	const { limits } = anInput({});
	const base = 5 * labBytes;
	expect(allocate(host(base + 200 * 1024 ** 2), lines, limits).targets).toEqual(
		new Map([
			["often/any", { members: 2, hot: 0 }],
			["rare/any", { members: 1, hot: 0 }],
		]),
	);
	expect(allocate(host(base + 2 * labBytes), lines, limits).targets.get("often/any")).toEqual({ members: 2, hot: 1 });
});
