import { expect, test } from "vitest";
import type { ProofRun } from "../../lib/protocol/scenario.ts";
import { entryOf, type Ledger, ledger, ledgerText, pruned, unproven } from "./ledger.ts";

const run = (kind: ProofRun["kind"], name: string, verdict: string, ok = true): ProofRun => ({
	...{ slug: "a", seed: 1, kind, name, verdict, ok },
	...{ expected: "", why: "", seconds: Math.random() },
});
const entry = entryOf([run("baseline", "baseline", "repair"), run("wrong", "01.sh", "fail: pod x-7d4b9 said 10.1.1.1")], "h1");

test("an entry holds a word for each run, and nothing that another proof would write otherwise", () => {
	expect(entry).toEqual({ hash: "h1", passed: 2, failed: 0, runs: { baseline: "repair", "wrong 01.sh": "fail" } });
	const bad = entryOf([run("mutant", "01.sh then reverted", "repair", false)], "h1");
	expect(bad).toMatchObject({ failed: 1, runs: { "mutant 01.sh then reverted": "not as expected: repair" } });
});

test("the file's text is sorted, and read back as it was", () => {
	const proofs: Ledger = { b: { 10: entry, 2: entry }, a: { 1: entry } };
	expect(ledger.parse(JSON.parse(ledgerText(proofs)))).toEqual(proofs);
	expect(ledgerText(proofs)).toBe(ledgerText({ a: { 1: entry }, b: { 2: entry, 10: entry } }));
});

test("what is missing, stale or came out wrong is not proven", () => {
	const wrong = entryOf([run("fix", "01.sh", "fail", false)], "h1");
	const proofs: Ledger = { a: { 1: entry, 2: wrong } };
	const why = (slug: string, seed: number, hash: string) => unproven(proofs, [{ slug, seed, hash }]).map((one) => one.why);
	expect(why("a", 1, "h1")).toEqual([]);
	expect(why("a", 1, "h2")).toEqual([expect.stringContaining("has changed")]);
	expect(why("a", 2, "h1")).toEqual([expect.stringContaining("1 of its runs")]);
	expect(why("a", 3, "h1")).toEqual(["was never proven"]);
	expect(pruned(proofs, [{ slug: "a", seed: 1 }])).toEqual({ a: { 1: entry } });
});
