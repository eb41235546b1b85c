import { expect, test } from "vitest";
import type { GradeReport, Verdict } from "../../protocol/report.ts";
import type { ScenarioInstance } from "../../scenarios/instance.ts";
import { unlikeFault } from "../steps/prove.ts";
import { judgeFix, judgeWrong } from "./judge-run.ts";
import { planRuns } from "./plan-runs.ts";

const objective = (id: string, verdict: Verdict, message = `${id} said`) => ({
	...{ id, verdict, message, title: id },
	points: 0,
	maxPoints: 50,
	evidence: [],
});
const report = (verdict: Verdict, repair: GradeReport["repair"], ...objectives: ReturnType<typeof objective>[]): GradeReport => ({
	...{ verdict, repair, objectives, guards: [], touched: [], points: 0, maxPoints: 100, at: 0, durationMs: 1 },
});

test("a fix is proven by a repair, not by a workaround", () => {
	expect(judgeFix(report("pass", "repair"))).toMatchObject({ ok: true, verdict: "repair" });
	expect(judgeFix(report("fail", "workaround")).ok).toBe(false);
});

test("a wrong fix must fail at the check it names, for the reason it names", () => {
	const failing = report("fail", "none", objective("by-name", "fail", "observed connection refused"), objective("list", "pass"));
	expect(judgeWrong({ fails: "by-name", reason: "connection refused" }, failing).ok).toBe(true);
	expect(judgeWrong({ fails: "by-name", reason: "timed out" }, failing)).toMatchObject({
		ok: false,
		verdict: "fail | by-name: observed connection refused",
	});
	expect(judgeWrong({ fails: "list", reason: "" }, failing).ok).toBe(false);
	expect(judgeWrong({ fails: "by-name", reason: "refused" }, report("pass", "repair", objective("by-name", "pass"))).ok).toBe(false);
});

test("a fault must break what it says and nothing else", () => {
	expect(unlikeFault([objective("a", "fail"), objective("b", "pass")], ["a"])).toEqual([]);
	expect(unlikeFault([objective("a", "pass"), objective("b", "fail")], ["a"])).toEqual([
		"a should fail and does not: a said",
		"b should still pass: b said",
	]);
	expect(unlikeFault([objective("a", "error")], ["a"])).toHaveLength(1);
});

test("fixes run on every variant, wrong ones on the first that has them", () => {
	const script = (name: string) => ({ name, text: "", seeds: undefined });
	const instance = (seed: number, fixes: string[], wrong: string[]) =>
		({ seed, fixes: fixes.map(script), wrong: wrong.map(script) }) as unknown as ScenarioInstance;
	const plan = planRuns([instance(1, ["a"], ["x"]), instance(2, ["a", "b"], ["x", "y"])]);
	const names = (seed: number) => plan.get(seed)?.map(({ kind, script: { name } }) => `${kind} ${name}`);
	expect(names(1)).toEqual(["fix a", "wrong x"]);
	expect(names(2)).toEqual(["fix a", "fix b", "wrong y"]);
});
