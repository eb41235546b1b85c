import { expect, test } from "vitest";
import type { ProofRun } from "../../lib/protocol/scenario.ts";
import { createOutput } from "../output.ts";
import { proofTable } from "./proof-table.ts";

const nowhere = { write: () => true };
const output = createOutput({ json: false, stdout: nowhere, stderr: nowhere, colour: false });
const run = (name: string, ok: boolean): ProofRun => ({
	...{ slug: "broken-selector", seed: 1, kind: "mutant", name, ok, seconds: 61 },
	expected: "list-is-shown, reachable-by-name fail, the others pass",
	verdict: ok ? "fail" : "repair: every objective of this scenario and every guard of it has passed, after the restart and the rollout too",
	why: "Every object is again as the fault left it: the symptom must be back, whatever was repaired in between.",
});

test("what came out wrong stands first with both sides and the reason, and nothing is wider than 100 columns", () => {
	const runs = [
		run("a-fix-with-quite-a-long-name-that-somebody-thought-of.sh + Deployments and Services made anew", true),
		run("02.sh then reverted", false),
	];
	const lines = proofTable({ passed: 1, failed: 1, runs }, output).split("\n");
	expect(lines[0]).toBe("no broken-selector 1  mutant 02.sh then reverted");
	const text = lines.join(" ").replaceAll(/\s+/g, " ");
	expect(text).toContain("came out: repair");
	expect(text).toContain("because: Every object is again");
	expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
	expect(lines.at(-1)).toBe("1 passed, 1 failed");
});
