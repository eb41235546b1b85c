import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Clock, systemClock } from "../../core/clock.ts";
import { createGrantBoard } from "./grants.ts";

let dir: string;
const dayMs = 24 * 60 * 60_000;
const boardOf = (instanceId: string, folder = ".", clock: Clock = systemClock) => createGrantBoard(join(dir, folder), instanceId, clock);
beforeEach(async () => {
	dir = await mkdtemp(join(tmpdir(), "fl-grants-"));
});
afterEach(() => rm(dir, { recursive: true }));

test("an instance hears what the others grant, the last that they said, and not its own", async () => {
	const [mine, theirs] = [boardOf("mine", "new"), boardOf("theirs", "new")];
	expect(await mine.heard()).toEqual({});
	await mine.say({ a: 1 });
	await theirs.say({ b: 2 });
	await theirs.say({ c: 3 });
	expect(await mine.heard()).toEqual({ theirs: { c: 3 } });
	expect(await readdir(join(dir, "new"))).toEqual(["mine.json", "theirs.json"]);
	await theirs.leave();
	expect(await mine.heard()).toEqual({});
});

test("what an engine said that has ended is nothing, also where another process has its number now", async () => {
	const theirs = boardOf("theirs");
	await theirs.say({ b: 2 });
	const file = join(dir, "theirs.json");
	const said = JSON.parse(await readFile(file, "utf8"));
	const mine = boardOf("mine");
	await writeFile(file, JSON.stringify({ ...said, startedAt: "1" }));
	expect(await mine.heard()).toEqual({});
	await writeFile(file, JSON.stringify({ ...said, pid: 2 ** 30 }));
	expect(await mine.heard()).toEqual({});
	await writeFile(file, "half a");
	expect(await mine.heard()).toEqual({});
});

test("what instances have left that are gone is removed after a day, and nothing that may still be in use", async () => {
	const running = boardOf("running");
	await running.say({ a: 1 });
	const said = await readFile(join(dir, "running.json"), "utf8");
	const ended = JSON.stringify({ ...JSON.parse(said), startedAt: "1" });
	await writeFile(join(dir, "gone.json"), ended);
	await writeFile(join(dir, "gone.json.123"), "half a");
	const later: Clock = { ...systemClock, now: () => Date.now() + dayMs + 60_000 };
	await writeFile(join(dir, "lately.json"), ended);
	await utimes(join(dir, "lately.json"), later.now() / 1000, (later.now() - dayMs / 2) / 1000);
	await boardOf("mine", ".", later).say({});
	expect((await readdir(dir)).toSorted()).toEqual(["lately.json", "mine.json", "running.json"]);
});

test("of an engine that has ended, in whatever way, only what is in swap is still heard, for a month", async () => {
	const [stopped, killed, mine] = [boardOf("stopped"), boardOf("killed"), boardOf("mine")];
	await stopped.say({ a: 1, b: 0 });
	await stopped.leave();
	await killed.say({ c: 1, d: 0 });
	const file = join(dir, "killed.json");
	await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, "utf8")), startedAt: "1" }));
	expect(await mine.heard()).toEqual({ stopped: { b: 0 }, killed: { d: 0 } });
	const inDays = (days: number) => boardOf("mine", ".", { ...systemClock, now: () => Date.now() + days * dayMs });
	await inDays(29).say({});
	expect(await mine.heard()).toEqual({ stopped: { b: 0 }, killed: { d: 0 } });
	await inDays(31).say({});
	expect(await readdir(dir)).toEqual(["mine.json"]);
});

test("what was taken away from the board is said again", async () => {
	const theirs = boardOf("theirs");
	await theirs.say({ b: 2 });
	await rm(join(dir, "theirs.json"));
	await theirs.say({ b: 2 });
	expect(await boardOf("mine").heard()).toEqual({ theirs: { b: 2 } });
});

test("what is said at once is said one after another, and the last counts", async () => {
	const theirs = boardOf("theirs");
	await Promise.all([theirs.say({ a: 1 }), theirs.say({ b: 2 }), theirs.say({ c: 3 })]);
	expect(await boardOf("mine").heard()).toEqual({ theirs: { c: 3 } });
});

test("an instance that leaves while it still speaks has said nothing in the end", async () => {
	const theirs = boardOf("theirs");
	await Promise.all([theirs.say({ b: 2 }), theirs.leave()]);
	expect(await readdir(dir)).toEqual([]);
});
