import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { watch } from "node:fs/promises";
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

/** Resolves when a file of that name appears. */
async function once(inFolder: string, name: string): Promise<void> {
	for await (const event of watch(inFolder)) if (event.filename === name) return;
}

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
	const listening = once(folder, "deaf");
	const script = 'process.on("SIGTERM", () => {}); require("node:fs").writeFileSync("deaf", ""); setInterval(() => {}, 1000)';
	const watched = supervise(program(script), {
		clock: systemClock,
		signal: new AbortController().signal,
		started: () => {},
		ended: () => {},
	});
	await listening;
	const pid = watched.pid() as number;
	await watched.stop(200);
	expect(await startTimeOf(pid)).toBeNull();
});

test("what a program says is in its log, and once released it is not started again", async () => {
	const over = Promise.withResolvers<string>();
	let starts = 0;
	const watched = supervise(program('console.log("hello"); console.error("and more"); process.exit(7)'), {
		clock: systemClock,
		signal: new AbortController().signal,
		started: () => {
			starts += 1;
		},
		ended: (why) => {
			watched.release();
			over.resolve(why);
		},
	});
	expect(await over.promise).toBe("it ended with 7");
	await watched.stop(5_000);
	expect(starts).toBe(1);
	expect(readFileSync(join(folder, "logs", "trial.log"), "utf8")).toBe("hello\nand more\n");
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
