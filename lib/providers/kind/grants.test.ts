import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createGrantBoard } from "./grants.ts";

let dir: string;
beforeEach(async () => {
	dir = await mkdtemp(join(tmpdir(), "fl-grants-"));
});
afterEach(() => rm(dir, { recursive: true }));

test("an instance hears what the others grant, the last that they said, and not its own", async () => {
	const [mine, theirs] = [createGrantBoard(join(dir, "new"), "mine"), createGrantBoard(join(dir, "new"), "theirs")];
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
	const theirs = createGrantBoard(dir, "theirs");
	await theirs.say({ b: 2 });
	const file = join(dir, "theirs.json");
	const said = JSON.parse(await readFile(file, "utf8"));
	const mine = createGrantBoard(dir, "mine");
	await writeFile(file, JSON.stringify({ ...said, startedAt: "1" }));
	expect(await mine.heard()).toEqual({});
	await writeFile(file, JSON.stringify({ ...said, pid: 2 ** 30 }));
	expect(await mine.heard()).toEqual({});
	await writeFile(file, "half a");
	expect(await mine.heard()).toEqual({});
});
