import { expect, test } from "vitest";
import type { GuardResult, ObjectiveResult, Verdict } from "../protocol/report.ts";
import { afterwards, unlessChanged } from "./decisive.ts";
import { summarise } from "./verdict.ts";

const objective = (verdict: Verdict, maxPoints: number): ObjectiveResult => ({
	...{ id: "o", title: "o", verdict, maxPoints, message: "said", evidence: [] },
	points: verdict === "pass" ? maxPoints : 0,
});
const guard = (verdict: Verdict): GuardResult => ({ id: "g", title: "g", verdict, message: "" });

test.each([
	["all well", ["pass", "pass"], ["pass"], { verdict: "pass", repair: "repair", points: 100 }],
	["a broken guard", ["pass", "pass"], ["fail"], { verdict: "fail", repair: "workaround", points: 50 }],
	["half repaired", ["pass", "fail"], ["pass"], { verdict: "fail", repair: "none", points: 70 }],
	["half repaired beside a broken guard", ["pass", "fail"], ["fail"], { verdict: "fail", repair: "none", points: 35 }],
	["not proven yet", ["pass", "unproven"], ["pass"], { verdict: "unproven", repair: "none", points: 70 }],
	["the grader's own trouble", ["fail", "error"], ["fail"], { verdict: "error", repair: "none", points: 0 }],
	["a guard that could not be judged", ["pass", "pass"], ["error"], { verdict: "error", repair: "none", points: 0 }],
] as const)("%s", (_, [first, second], guards, expected) => {
	const summary = summarise([objective(first, 70), objective(second, 30)], guards.map(guard));
	expect(summary).toEqual({ ...expected, maxPoints: 100 });
});

test("an objective of no points is an invariant: a repair that breaks it is none", () => {
	expect(summarise([objective("pass", 100), objective("fail", 0)], [guard("pass")])).toMatchObject({ verdict: "fail", repair: "none" });
});

test("a fix that did not last says until when it held", () => {
	expect(afterwards(objective("fail", 1), "After each workload was rolled out once", undefined).message).toBe(
		"After each workload was rolled out once: said",
	);
	expect(afterwards(objective("pass", 1), "After", undefined)).toEqual(objective("pass", 1));
});

test("what only old pods still serve does not last", () => {
	expect(
		afterwards(objective("pass", 1), "After each workload was rolled out once", "Deployment catalog has 1 of 2 pods ready"),
	).toMatchObject({
		verdict: "fail",
		points: 0,
		message: "After each workload was rolled out once: Deployment catalog has 1 of 2 pods ready",
	});
});

test("a change during the check fails what passes, is told beside what fails, and leaves the grader's own trouble alone", () => {
	const before = (["pass", "fail", "unproven", "error"] as const).map((verdict) => objective(verdict, 1));
	const after = unlessChanged(before, ["Service catalog (spec)"]);
	expect(after.map(({ verdict }) => verdict)).toEqual(["fail", "fail", "unproven", "error"]);
	expect(after[0]?.points).toBe(0);
	expect(after[1]?.message).toBe("said Changed while the check ran: Service catalog (spec).");
	expect(after[3]?.message).toBe("said");
});
