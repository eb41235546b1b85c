import { expect, test } from "vitest";
import { stageShare, stageWords, startingLine } from "./stage-words.ts";

const stage = { name: "Starting CoreDNS", startedAt: 1_000_000, endedAt: null, usualMs: 6_000 };

test("a stage under way says how long it has taken of how much", () => {
	expect(stageWords(stage, 1_004_200)).toBe("4 s of about 6");
	expect(stageWords({ ...stage, usualMs: 90_000 }, 1_004_200)).toBe("4 s of about 2 min");
});

test("a stage that is usually over within a second says so, and does not count to nought", () => {
	expect(stageWords({ ...stage, usualMs: 300 }, 1_000_400)).toBe("takes under a second");
	expect(stageWords({ ...stage, usualMs: 300 }, 1_002_100)).toBe("2 s, usually under a second");
});

test("a stage that was never timed promises nothing", () => {
	expect(stageWords({ ...stage, usualMs: null }, 1_004_200)).toBe("4 s");
	expect(stageShare({ ...stage, usualMs: null }, 1_004_200)).toBeNull();
});

test("a stage far over its usual time says so", () => {
	expect(stageWords(stage, 1_015_000)).toBe("15 s, usually about 6 s");
});

test("a stage that has ended says what it took", () => {
	expect(stageWords({ ...stage, endedAt: 1_005_000 }, 1_099_000)).toBe("took 5 s");
	expect(stageWords({ ...stage, endedAt: 1_000_400 }, 1_099_000)).toBe("took under a second");
	expect(stageShare({ ...stage, endedAt: 1_005_000 }, 1_099_000)).toBe(1);
});

test("the bar is never full before the end, and a clock that runs behind does no harm", () => {
	expect(stageShare(stage, 1_003_000)).toBe(0.5);
	expect(stageShare(stage, 1_600_000)).toBe(0.95);
	expect(stageShare(stage, 999_000)).toBe(0);
});

test("one line names the stage under way", () => {
	const done = { ...stage, name: "Starting the node", endedAt: 1_000_000 };
	expect(startingLine({ state: "provisioning", stages: [done, stage], queue: null }, 1_004_000)).toBe("Starting CoreDNS · 4 s of about 6");
	expect(startingLine({ state: "requested", stages: [], queue: null }, 1_004_000)).toBe("Waiting for a place");
	expect(startingLine({ state: "frozen", stages: [], queue: null }, 1_004_000)).toBe("About to wake");
	const queue = { position: 2, of: 3, expectedAt: 1_044_000, reason: "" };
	expect(startingLine({ state: "requested", stages: [], queue }, 1_004_000)).toBe("Position 2 of 3, about 40 s");
});
