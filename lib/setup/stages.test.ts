import { expect, test } from "vitest";
import type { Clock } from "../core/clock.ts";
import { runStages, type Stage, type StageEvent, stageProblems } from "./stages.ts";

const clock: Clock = { now: () => 0, sleep: async () => {} };

function stage(name: string, needs: string[] = [], run: Stage["run"] = async () => "made"): Stage {
	return { name, needs, run };
}

function recorder() {
	const events: string[] = [];
	return { events, report: (event: StageEvent) => events.push(`${event.type} ${event.stage}`) };
}

test("a stage starts only after all it needs has ended", async () => {
	const { events, report } = recorder();
	await runStages([stage("c", ["a", "b"]), stage("a"), stage("b", ["a"])], { signal: new AbortController().signal, clock, report });
	expect(events).toEqual(["start a", "end a", "start b", "end b", "start c", "end c"]);
});

test("stages that need nothing of each other run side by side", async () => {
	let meet: () => void = () => {};
	const met = new Promise<void>((resolve) => {
		meet = resolve;
	});
	const { events, report } = recorder();
	const waiting = stage("waits", [], async () => {
		await met;
		return "made";
	});
	const meeting = stage("meets", [], async () => {
		meet();
		return "made";
	});
	await runStages([waiting, meeting], { signal: new AbortController().signal, clock, report });
	expect(events.slice(0, 2)).toEqual(["start waits", "start meets"]);
});

test("a failure aborts the others, waits for them and keeps its own error", async () => {
	let cleaned = false;
	const slow = stage("slow", [], ({ signal }) => {
		return new Promise((_, reject) => {
			signal.addEventListener("abort", () => {
				cleaned = true;
				reject(new Error("aborted"));
			});
		});
	});
	const broken = stage("broken", [], async () => {
		throw new Error("no disk");
	});
	const { events, report } = recorder();
	const run = runStages([slow, broken, stage("after", ["broken"])], { signal: new AbortController().signal, clock, report });
	await expect(run).rejects.toThrow("no disk");
	expect(cleaned).toBe(true);
	expect(events).not.toContain("start after");
});

test("an interruption is told as one, whatever the stage threw", async () => {
	const outside = new AbortController();
	const slow = stage("slow", [], ({ signal }) => {
		return new Promise((_, reject) => {
			signal.addEventListener("abort", () => reject(new Error("some command was cancelled")));
			outside.abort();
		});
	});
	const run = runStages([slow], { signal: outside.signal, clock, report: () => {} });
	await expect(run).rejects.toMatchObject({ code: "setup-interrupted" });
});

test("duplicates, unknown needs and cycles are all reported", () => {
	expect(stageProblems([stage("a"), stage("a"), stage("b", ["x"])])).toEqual(["a is there twice", "b needs x, which is no stage"]);
	expect(stageProblems([stage("a", ["b"]), stage("b", ["a"]), stage("c")])).toEqual(["a, b wait for each other"]);
});
