import { expect, test } from "vitest";
import type { GradeReport, ObjectiveResult, Verdict } from "#lib/protocol/report.ts";
import { labTurnsWords, objectiveLine, passedWords, resultWords, turnsWords, unprovenShare } from "./objective-words.ts";

function objective(id: string, verdict: Verdict, more: Partial<ObjectiveResult> = {}): ObjectiveResult {
	return { id, title: `frontend reaches ${id}`, verdict, points: 0, maxPoints: 50, message: "refused", evidence: [], ...more };
}

const sampled = objective("dns", "unproven", {
	evidence: [{ expected: "an answer", observed: "answers", from: "pod a", samples: 47, decisionAt: 60, strip: Array(40).fill(true) }],
});

function report(more: Partial<GradeReport>): GradeReport {
	return {
		verdict: "pass",
		repair: "repair",
		points: 100,
		maxPoints: 100,
		objectives: [],
		guards: [],
		touched: [],
		at: 1,
		durationMs: 1,
		...more,
	};
}

test("an objective under sampling shows how far the decision is", () => {
	expect(objectiveLine(sampled)).toBe("47 of 47, decision at 60");
	expect(unprovenShare(sampled)).toBeCloseTo(47 / 60);
});

test("what has not reached the nodes yet is waited for, with its name", () => {
	expect(objectiveLine(objective("a", "fail", { waitsFor: "rollout of Deployment catalog" }))).toBe(
		"Waiting for rollout of Deployment catalog",
	);
});

test("a failing objective says what was seen, a passing one nothing", () => {
	expect(objectiveLine(objective("a", "fail"))).toBe("refused");
	expect(objectiveLine(objective("a", "pass"))).toBeNull();
});

test("only what turned is said, and nothing on the first sight of an objective", () => {
	const before = [objective("a", "fail"), objective("b", "fail")];
	expect(turnsWords(before, [objective("a", "pass"), objective("b", "fail")])).toBe("frontend reaches a: passes.");
	expect(turnsWords([], before)).toBeNull();
	expect(turnsWords(before, before)).toBeNull();
});

test("passed objectives are counted", () => {
	expect(passedWords([objective("a", "pass"), objective("b", "unproven")])).toBe("1 of 2");
});

test("each outcome of a check has words and a mark of its own", () => {
	expect(resultWords(report({}))).toMatchObject({ mark: "pass", title: "Repaired" });
	expect(resultWords(report({ verdict: "fail", repair: "workaround" }))).toMatchObject({ mark: "workaround", title: "A workaround" });
	expect(resultWords(report({ verdict: "fail", repair: "none", objectives: [objective("a", "fail"), objective("b", "pass")] }))).toEqual({
		mark: "fail",
		title: "Not yet",
		text: "1 of 2 objectives fails.",
	});
	expect(resultWords(report({ verdict: "unproven", repair: "none" })).title).toBe("Not proven yet");
	expect(resultWords(report({ verdict: "error", repair: "none" })).mark).toBe("error");
});

test("a screen reader hears each step of a check once, and its result", () => {
	const quiet = { checking: null, report: null, resting: null, queue: null };
	const checking = { ...quiet, checking: "sending traffic" };
	expect(labTurnsWords(quiet, checking)).toBe("Checking: sending traffic.");
	expect(labTurnsWords(checking, { ...checking })).toBeNull();
	expect(labTurnsWords(quiet, { ...quiet, report: report({ at: 9 }) })).toMatch(/^Repaired\./);
});

test("a screen reader hears each new place in the queue, and that the wait is over", () => {
	const starting = { checking: null, report: null, resting: null, queue: null };
	const waits = (position: number) => ({ ...starting, queue: { position, of: 3, expectedAt: null, reason: "" } });
	expect(labTurnsWords(waits(2), waits(2))).toBeNull();
	expect(labTurnsWords(waits(2), waits(1))).toBe("Position 1 of 3.");
	expect(labTurnsWords(waits(1), starting)).toBe("The wait for room is over.");
});

test("a screen reader hears that a lab rests and that it is awake", () => {
	const awake = { checking: null, report: null, resting: null, queue: null };
	const resting = { ...awake, resting: { since: 1, keptUntil: 2 } };
	expect(labTurnsWords(awake, resting)).toBe("The lab rests. A key wakes it.");
	expect(labTurnsWords(resting, { ...resting })).toBeNull();
	expect(labTurnsWords(resting, awake)).toBe("The lab is awake.");
});
