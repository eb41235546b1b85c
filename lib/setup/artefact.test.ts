import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ArtefactStore, ensureArtefact } from "./artefact.ts";
import { hashInputs } from "./content-hash.ts";
import { withKeyLock } from "./key-lock.ts";

let root: string;
let store: ArtefactStore;

beforeEach(async () => {
	root = await mkdtemp(join(tmpdir(), "artefact-"));
	store = { cacheDir: join(root, "cache"), signal: new AbortController().signal };
});
afterEach(() => rm(root, { recursive: true, force: true }));

const one = { files: [], values: { version: "1" } };

describe("content hash", () => {
	test("is the same wherever the folder stands, and another when a name, a content or the program bit differs", async () => {
		const hashes: string[] = [];
		for (const [place, name, content, mode] of [
			["a", "main.go", "x", 0o644],
			["b", "main.go", "x", 0o600],
			["c", "other.go", "x", 0o644],
			["d", "main.go", "y", 0o644],
			["e", "main.go", "x", 0o755],
		] as const) {
			const folder = join(root, place, "module");
			await mkdir(folder, { recursive: true });
			await writeFile(join(folder, name), content);
			await chmod(join(folder, name), mode);
			hashes.push(await hashInputs({ files: [folder], values: {} }));
		}
		expect(hashes[0]).toBe(hashes[1]);
		expect(new Set(hashes).size).toBe(4);
	});

	test("does not depend on the order in which values are written", async () => {
		expect(await hashInputs({ files: [], values: { a: "1", b: "2" } })).toBe(await hashInputs({ files: [], values: { b: "2", a: "1" } }));
		expect(await hashInputs({ files: [], values: { a: "1b2" } })).not.toBe(await hashInputs({ files: [], values: { a1: "b2" } }));
	});
});

describe("ensureArtefact", () => {
	test("builds once and then gives what is there", async () => {
		let builds = 0;
		const build = async ({ dir }: { dir: string }) => writeFile(join(dir, "out"), `${++builds}`);
		const first = await ensureArtefact({ name: "thing", inputs: one, build }, store);
		const second = await ensureArtefact({ name: "thing", inputs: one, build }, store);
		expect([first.built, second.built]).toEqual([true, false]);
		expect(second.path).toBe(first.path);
		expect(await readFile(join(first.path, "out"), "utf8")).toBe("1");
	});

	test("builds once where several callers ask at once", async () => {
		let builds = 0;
		const build = async ({ dir }: { dir: string }) => writeFile(join(dir, "out"), `${++builds}`);
		const all = await Promise.all([1, 2, 3].map(() => ensureArtefact({ name: "thing", inputs: one, build }, store)));
		expect(builds).toBe(1);
		expect(all.filter((artefact) => artefact.built)).toHaveLength(1);
	});

	test("a failed build leaves nothing, and the next one starts from an empty folder", async () => {
		const failing = async ({ dir }: { dir: string }) => {
			await writeFile(join(dir, "half"), "");
			throw new Error("no compiler");
		};
		await expect(ensureArtefact({ name: "thing", inputs: one, build: failing }, store)).rejects.toThrow("no compiler");
		expect(await readdir(join(store.cacheDir, "artefacts", "thing"))).toEqual([]);
		const whole = await ensureArtefact({ name: "thing", inputs: one, build: async () => undefined }, store);
		expect(await readdir(whole.path)).toEqual([]);
	});

	test("an abort during the build publishes nothing", async () => {
		const controller = new AbortController();
		const build = async () => controller.abort();
		await expect(ensureArtefact({ name: "thing", inputs: one, build }, { ...store, signal: controller.signal })).rejects.toThrow();
		expect(await readdir(join(store.cacheDir, "artefacts", "thing"))).toEqual([]);
	});
});

describe("key lock", () => {
	test("a killed holder does not keep it", async () => {
		const folder = join(root, "locks");
		const module = new URL("./key-lock.ts", import.meta.url).href;
		const program = `import { withKeyLock } from ${JSON.stringify(module)};
			await withKeyLock({ folder: ${JSON.stringify(folder)}, key: "k", signal: new AbortController().signal },
				() => new Promise(() => { console.log("held"); setInterval(() => {}, 1000); }));`;
		const holder = spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: ["ignore", "pipe", "inherit"] });
		await once(holder.stdout, "data");
		let waited = false;
		const taken = withKeyLock(
			{
				folder,
				key: "k",
				signal: store.signal,
				onWait: () => {
					waited = true;
					holder.kill("SIGKILL");
				},
			},
			async () => "mine",
		);
		await expect(taken).resolves.toBe("mine");
		expect(waited).toBe(true);
	});

	test("waiting ends when the signal says so", async () => {
		const controller = new AbortController();
		const options = { folder: join(root, "locks"), key: "k", signal: controller.signal };
		await withKeyLock(options, async () => {
			const waiting = withKeyLock({ ...options, onWait: () => controller.abort() }, async () => "never");
			await expect(waiting).rejects.toMatchObject({ code: "lock-aborted" });
		});
	});
});
