import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../core/clock.ts";
import { startTimeOf, stillRuns } from "./instance-files.ts";
import { nextDelayMs, type Program, supervise } from "./supervise.ts";

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "faultline-supervise-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function program(script: string): Program {
	const { execPath: file } = process;
	return { name: "trial", file, args: ["-e", script], cwd: folder, env: process.env, logFile: join(folder, "logs", "trial.log") };
}

test("a program that was killed is started again, as another process", async () => {
	const pids: number[] = [];
	const ends: string[] = [];
	const second = Promise.withResolvers<void>();
	const watched = supervise(program("setInterval(() => {}, 1000)"), {
		clock: systemClock,
		signal: new AbortController().signal,
		started: (pid) => {
			pids.push(pid);
			if (pids.length === 1) process.kill(pid, "SIGKILL");
			else second.resolve();
		},
		ended: (why) => ends.push(why),
	});
	await second.promise;
	expect(ends).toEqual(["it was ended by SIGKILL"]);
	expect(new Set(pids).size).toBe(2);
	await watched.stop(5_000);
	expect(await startTimeOf(pids[1] as number)).toBeNull();
});

test("one that does not listen is killed after the grace", async () => {
	const listening = Promise.withResolvers<number>();
	const watched = supervise(program('process.on("SIGTERM", () => console.log("no")); setInterval(() => {}, 1000)'), {
		clock: systemClock,
		signal: new AbortController().signal,
		started: listening.resolve,
		ended: () => {},
	});
	const pid = await listening.promise;
	await watched.stop(300);
	expect(await startTimeOf(pid)).toBeNull();
});

test("a released program is not started again, and its output is in the log", async () => {
	const over = Promise.withResolvers<void>();
	const watched = supervise(program('console.log("hello")'), {
		clock: systemClock,
		signal: new AbortController().signal,
		started: () => watched.release(),
		ended: () => over.reject(new Error("it was started again")),
	});
	await watched.stop(5_000);
	over.resolve();
	await over.promise;
	expect(watched.pid()).toBeNull();
	expect(readFileSync(join(folder, "logs", "trial.log"), "utf8")).toMatch(/^(hello\n)?$/);
});

test("the wait doubles while a program dies soon, up to ten seconds, and starts over after a long life", () => {
	expect([100, 200, 400, 8_000].map((before) => nextDelayMs(before, 10))).toEqual([200, 400, 800, 10_000]);
	expect(nextDelayMs(10_000, 60_000)).toBe(200);
});

test("a process id with another start time is somebody else's", async () => {
	const startTime = (await startTimeOf(process.pid)) as string;
	expect(await stillRuns({ pid: process.pid, startTime })).toBe(true);
	expect(await stillRuns({ pid: process.pid, startTime: `${Number(startTime) + 1}` })).toBe(false);
});
