import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeRoom, planPrune, pruneGolden } from "./prune-golden.ts";

const dayMs = 24 * 60 * 60_000;
const now = 100 * dayMs;
const kept = (key: string, bytes: number, daysAgo: number) => ({ key, bytes, usedAt: now - daysAgo * dayMs });

test("what nobody has used for two weeks goes, however much room there is", () => {
	expect(planPrune([kept("old", 1, 15), kept("new", 1, 13)], { limitBytes: 100, now })).toEqual(["old"]);
});

test("where they take too much, the least recently used go first, and no more than must", () => {
	const all = [kept("a", 40, 2), kept("b", 40, 5), kept("c", 40, 3)];
	expect(planPrune(all, { limitBytes: 100, now })).toEqual(["b"]);
	expect(planPrune(all, { limitBytes: 50, now })).toEqual(["b", "c"]);
});

test("what was used today stays: it may be another instance's, which has just made it", () => {
	expect(planPrune([kept("a", 200, 0.5)], { limitBytes: 100, now })).toEqual([]);
});

test("room is made on disk, and where there is none the reason says how to get it", async () => {
	const dir = await mkdtemp(join(tmpdir(), "faultline-prune-"));
	try {
		for (const [key, daysAgo] of [
			["old", 20],
			["mine", 0],
		] as const) {
			await mkdir(join(dir, key));
			await writeFile(join(dir, key, "0.tar"), Buffer.alloc(1000));
			await utimes(join(dir, key), (now - daysAgo * dayMs) / 1000, (now - daysAgo * dayMs) / 1000);
		}
		await makeRoom(dir, { limitBytes: 1500, now });
		expect(await readdir(dir)).toEqual(["mine"]);
		await expect(makeRoom(dir, { limitBytes: 1000, now })).rejects.toMatchObject({ code: "prepared-full" });
		await makeRoom(join(dir, "none"), { limitBytes: 1, now });
		expect(await pruneGolden(dir, { limitBytes: 1000, now })).toBe(1000);
		expect(await pruneGolden(dir, { limitBytes: 1000, now: now + 15 * dayMs })).toBe(0);
		expect(await readdir(dir)).toEqual([]);
	} finally {
		await rm(dir, { recursive: true, force: true });
	}
});
