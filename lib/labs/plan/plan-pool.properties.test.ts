import fc from "fast-check";
import { expect, test } from "vitest";
import { allocate } from "./allocate.ts";
import { mostBytes, openBook } from "./ledger.ts";
import { planPool } from "./plan-pool.ts";
import { lineKey, type Member, type PoolInput, type PoolLine, type Tier } from "./pool-types.ts";
import { aLine, aMember, anInput, applied, finish, hourMs, labBytes } from "./test-support/pool.ts";

const chances = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 5 }).map((all) => all.sort((a, b) => b - a));
const names = ["a", "b", "c", "d"];
const anyInput = fc
	.record({
		lines: fc.tuple(...names.map(() => fc.record({ soon: chances, cold: fc.boolean(), seeded: fc.boolean() }))),
		members: fc.array(
			fc.record({
				scenario: fc.constantFrom(...names, "gone"),
				seed: fc.integer({ min: 1, max: 4 }),
				version: fc.constantFrom("1", "1", "1", "0"),
				tier: fc.constantFrom<Tier>("creating", "ready", "hot", "cold"),
				doing: fc.constantFrom<Member["doing"]>(null, null, null, "renew", "evict", "reclaim"),
				madeAt: fc.integer({ min: -13 * hourMs, max: 0 }),
			}),
			{ maxLength: 14 },
		),
		labs: fc.integer({ min: 1, max: 30 }),
		used: fc.integer({ min: 0, max: 20 }),
		wanted: fc.integer({ min: 0, max: 2 }),
		swapLabs: fc.integer({ min: 0, max: 10 }),
		busyCpus: fc.double({ min: 0, max: 4, noNaN: true }),
		starting: fc.integer({ min: 0, max: 3 }),
	})
	.map(({ lines, members, labs, used, wanted, swapLabs, busyCpus, starting }) => {
		const all: PoolLine[] = lines.flatMap(({ soon, cold, seeded }, index) => {
			const line = aLine(names[index] as string, soon, { cold });
			return seeded ? [{ ...line, seed: 2 }, line] : [line];
		});
		return anInput({
			host: {
				memoryBytes: labs * labBytes,
				usedBytes: used * labBytes,
				wantedBytes: wanted * labBytes,
				swapBytes: swapLabs * labBytes,
				busyCpus,
				starting,
			},
			lines: all,
			members: members.map(({ scenario, ...member }, index) => aMember(`m${index}`, scenario, member)),
		});
	});
const taken = (input: PoolInput) => {
	const book = openBook(input);
	return input.host.usedBytes + input.members.reduce((sum, member) => sum + mostBytes(member, book), 0);
};

test("a plan names only members that are there, each once, and begins nothing with what is under way", () => {
	fc.assert(
		fc.property(anyInput, (input) => {
			const named = planPool(input).actions.flatMap((action) => (action.do === "create" ? [] : [action]));
			const there = new Map(input.members.map((member) => [member.id, member]));
			expect(new Set(named.map(({ member }) => member)).size).toBe(named.length);
			for (const action of named) {
				expect(there.get(action.member)?.doing).not.toBe("evict");
				if (action.do !== "evict") expect(there.get(action.member)?.doing).toBe(null);
				expect(action.reason).not.toBe("");
			}
		}),
		{ seed: 1, numRuns: 400 },
	);
});

test("what is begun fits into memory, and into the places", () => {
	fc.assert(
		fc.property(anyInput, (input) => {
			const { actions } = planPool(input);
			const begun = actions.filter((action) => action.do === "create" || action.do === "renew").length;
			if (begun === 0) return;
			expect(taken(applied(input, actions))).toBeLessThanOrEqual(input.host.memoryBytes - input.limits.headroomBytes);
			expect(begun + input.host.starting).toBeLessThanOrEqual(input.limits.atOnce);
		}),
		{ seed: 2, numRuns: 400 },
	);
});

test("planned again once the actions have begun, nothing is left to do", () => {
	fc.assert(
		fc.property(anyInput, (input) => {
			expect(planPool(applied(input, planPool(input).actions)).actions).toEqual([]);
		}),
		{ seed: 3, numRuns: 400 },
	);
});

test("carried out at unchanged demand the pool comes to rest, and nothing that it made is given up again", () => {
	fc.assert(
		fc.property(anyInput, (from) => {
			let input: PoolInput = { ...from, members: finish(from.members) };
			for (let round = 0; ; round++) {
				const { actions } = planPool(input);
				if (actions.length === 0) break;
				expect(round).toBeLessThan(200);
				for (const action of actions) if (action.do === "evict") expect(action.member).not.toMatch(/^made/);
				const begun = applied(input, actions).members.map((one, index) =>
					one.id.startsWith("new") ? { ...one, id: `made-${round}-${index}` } : one,
				);
				input = { ...input, members: finish(begun) };
			}
			expect(taken(input)).toBeLessThanOrEqual(Math.max(input.host.memoryBytes, taken({ ...input, members: [] })));
		}),
		{ seed: 4, numRuns: 200 },
	);
});

test("with more memory no scenario has fewer members in the allocation", () => {
	fc.assert(
		fc.property(anyInput, fc.integer({ min: 0, max: 5 * labBytes }), ({ host, lines, limits }, more) => {
			const before = allocate(host, lines, limits).targets;
			const after = allocate({ ...host, memoryBytes: host.memoryBytes + more }, lines, limits).targets;
			for (const line of lines) {
				expect(after.get(lineKey(line))?.members).toBeGreaterThanOrEqual(before.get(lineKey(line))?.members ?? 0);
				expect(after.get(lineKey(line))?.hot).toBeGreaterThanOrEqual(before.get(lineKey(line))?.hot ?? 0);
			}
		}),
		{ seed: 5, numRuns: 300 },
	);
});
