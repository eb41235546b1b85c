import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { checkClones } from "./doctor-clones.ts";

const cacheDir = await mkdtemp(join(tmpdir(), "faultline-doctor-"));
afterAll(() => rm(cacheDir, { recursive: true }));

test("takes it for no fault that no cluster has been prepared", async () => {
	expect(await checkClones({ cacheDir, clones: true, clonesBytes: 1024 ** 3 })).toMatchObject({ ok: true, found: "none yet", mend: null });
});

test("says how many clusters are prepared and what they take, and that they are not used where that is so", async () => {
	await mkdir(join(cacheDir, "golden/0123abcd"), { recursive: true });
	await mkdir(join(cacheDir, "golden/0123abcd.77"));
	await writeFile(join(cacheDir, "golden/0123abcd/golden.json"), "{}");
	await writeFile(join(cacheDir, "golden/0123abcd/0.tar"), Buffer.alloc(3 * 1024 * 1024));
	expect((await checkClones({ cacheDir, clones: true, clonesBytes: 1024 ** 3 })).found).toBe(
		`1, 4 of at most 1024 MiB in ${join(cacheDir, "golden")}`,
	);
	expect((await checkClones({ cacheDir, clones: false, clonesBytes: 0 })).found).toContain("not used: FAULTLINE_CLONES=off");
});
