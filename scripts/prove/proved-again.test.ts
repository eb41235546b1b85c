import { expect, test } from "vitest";
import type { ProofRun } from "../../lib/protocol/scenario.ts";
import type { Ledger, LedgerEntry } from "./ledger.ts";
import { disagreeing, provedAgain } from "./proved-again.ts";

const slugs = ["a", "b", "c", "d", "e"];
const variants = slugs.flatMap((slug) => [1, 2, 3].map((seed) => ({ slug, seed })));
const entry = (hash: string): LedgerEntry => ({ hash, passed: 1, failed: 0, runs: { baseline: "repair", "fix 01.sh": "repair" } });
const ledgerOf = (hashOf: (slug: string, seed: number) => string): Ledger =>
	Object.fromEntries(slugs.map((slug) => [slug, Object.fromEntries([1, 2, 3].map((seed) => [seed, entry(hashOf(slug, seed))]))]));
const landed = ledgerOf(() => "h1");
const days = Array.from({ length: 30 }, (_, day) => 20_000 + day);
const names = (now: Ledger, day: number, before = landed) =>
	provedAgain(variants, now, before, day).map(({ slug, seed, why }) => `${slug}${seed} ${why}`);

test("where nothing has changed, each variant is proven again on its day, and no other", () => {
	const proven = days.map((day) => names(landed, day));
	expect(proven.every(({ length }) => length === 1)).toBe(true);
	expect(new Set(proven.flat())).toEqual(new Set(variants.map(({ slug, seed }) => `${slug}${seed} its day`)));
});

test("what has changed is proven again every day besides the day's one", () => {
	const now = ledgerOf((slug, seed) => ((slug === "b" && seed === 2) || (slug === "e" && seed === 1) ? "h2" : "h1"));
	for (const day of days) {
		const chosen = names(now, day);
		expect(chosen).toEqual(expect.arrayContaining(["b2 changed", "e1 changed"]));
		expect(new Set(chosen).size).toBe(chosen.length);
	}
});

test("a word that another proof wrote, and an entry that is new or lost, are changes too", () => {
	const other = { ...landed, b: { ...landed.b, 2: { ...entry("h1"), runs: { baseline: "repair", "fix 01.sh": "workaround" } } } };
	const { b: _, ...without } = landed;
	expect(names(other, 0)).toEqual(["a1 its day", "b2 changed"]);
	expect(names(landed, 0, other)).toEqual(["a1 its day", "b2 changed"]);
	expect(names(landed, 0, without)).toEqual(["a1 its day", expect.stringMatching(/^b\d changed$/), expect.stringMatching(/^b\d changed$/)]);
	expect(names(without, 0)).toEqual(["a1 its day", expect.stringMatching(/^b\d changed$/), expect.stringMatching(/^b\d changed$/)]);
});

test("where all has changed, or nothing older is known, it is three a day of different scenarios, in time all", () => {
	for (const before of [landed, {}]) {
		const now = ledgerOf(() => "h2");
		for (const day of days) {
			const chosen = provedAgain(variants, now, before, day);
			expect(chosen).toHaveLength(3);
			expect(new Set(chosen.map(({ slug }) => slug)).size).toBe(3);
		}
		const within = days.slice(0, 15).flatMap((day) => names(now, day, before));
		expect(new Set(within).size).toBe(variants.length);
	}
});

test("a catalogue of nothing leaves nothing to prove", () => {
	expect(provedAgain([], {}, {}, 3)).toEqual([]);
});

const run = (kind: ProofRun["kind"], name: string, verdict: string, ok = true): ProofRun => ({
	...{ slug: "a", seed: 1, kind, name, verdict, ok },
	...{ expected: "repair", why: "", seconds: 1 },
});

test("runs that come out as the ledger has them agree with it, however they say so", () => {
	const known = { ...entry("h1"), runs: { baseline: "repair", fault: "as told", "wrong 01.sh": "fail" } };
	const runs = [
		run("baseline", "baseline", "repair"),
		run("fault", "fault", "fail | shop: refused"),
		run("wrong", "01.sh", "fail: pod x said no"),
	];
	expect(disagreeing(known, runs)).toEqual([]);
});

test("a run that fails, or whose verdict the ledger has otherwise, disagrees", () => {
	const known = { ...entry("h1"), runs: { "fix 01.sh": "repair", "wrong 01.sh": "fail" } };
	expect(disagreeing(known, [run("fix", "01.sh", "unproven | dns: 20 of 60", false)])).toEqual([
		{ run: "fix 01.sh", expected: "repair", verdict: "unproven | dns: 20 of 60" },
	]);
	expect(disagreeing(known, [run("wrong", "01.sh", "workaround: the image is another")])).toEqual([
		{ run: "wrong 01.sh", expected: "fail, as in the ledger", verdict: "workaround: the image is another" },
	]);
});

test("a run that the ledger lacks is judged by itself", () => {
	expect(disagreeing(undefined, [run("mutant", "01.sh then reverted", "fail | shop: refused")])).toEqual([]);
	expect(disagreeing(entry("h1"), [run("mutant", "01.sh then reverted", "repair", false)])).toHaveLength(1);
});
