import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { mustRun } from "../../lib/core/run-command.ts";
import { landedLedger } from "./landed-ledger.ts";
import { type Ledger, ledgerText } from "./ledger.ts";

// Real repositories: what git says of a clone, a branch or a shallow one is what is asked.
let folder: string;
const hour = 60 * 60;
const start = 1_700_000_000;

beforeEach(async () => {
	// A hook of git's own runs the tests with variables that point into this repository.
	for (const name of Object.keys(process.env)) if (name.startsWith("GIT_")) vi.stubEnv(name, undefined);
	vi.stubEnv("GIT_CONFIG_GLOBAL", "/dev/null");
	vi.stubEnv("GIT_CONFIG_NOSYSTEM", "1");
	folder = await mkdtemp(join(tmpdir(), "faultline-landed-"));
	vi.stubEnv("GIT_CEILING_DIRECTORIES", dirname(folder));
});
afterEach(async () => {
	vi.unstubAllEnvs();
	await rm(folder, { recursive: true, force: true });
});

const proofsOf = (hash: string): Ledger => ({ a: { 1: { hash, passed: 1, failed: 0, runs: { baseline: "repair" } } } });
const git = (cwd: string, args: string[], atSeconds = start) => {
	const date = `${atSeconds} +0000`;
	const who = { GIT_AUTHOR_NAME: "a", GIT_AUTHOR_EMAIL: "a@example.com", GIT_COMMITTER_NAME: "a", GIT_COMMITTER_EMAIL: "a@example.com" };
	return mustRun("git", args, { cwd, timeoutMs: 60_000, env: { ...who, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date } });
};

async function repository(): Promise<string> {
	const root = join(folder, "origin");
	await mkdir(join(root, "scenarios"), { recursive: true });
	await git(root, ["init", "--quiet", "--initial-branch=main"]);
	return root;
}

async function commit(root: string, hash: string, hours: number): Promise<string> {
	await writeFile(join(root, "scenarios/proofs.json"), ledgerText(proofsOf(hash)));
	await git(root, ["add", "."]);
	await git(root, ["commit", "--quiet", "--allow-empty", "--message", hash], start + hours * hour);
	return (await git(root, ["rev-parse", "HEAD"])).trim();
}

async function clone(root: string, ...more: string[]): Promise<string> {
	const to = join(folder, "clone");
	await git(folder, ["clone", "--quiet", ...more, `file://${root}`, to]);
	return to;
}

test("in a clone of what is to land, it is what had landed a day before, over all commits of that day", async () => {
	const root = await repository();
	await commit(root, "h0", 0);
	const before = await commit(root, "h1", 10);
	for (const [at, hash] of ["h2", "h3", "h3"].entries()) await commit(root, hash, 36 + at);
	expect(await landedLedger(await clone(root))).toEqual({ proofs: proofsOf("h1"), since: `commit ${before.slice(0, 9)}` });
});

test("a branch that is merged after days is compared with what was there before its merge", async () => {
	const root = await repository();
	await commit(root, "h1", 0);
	await git(root, ["switch", "--quiet", "--create", "side"]);
	await commit(root, "h2", 10);
	await git(root, ["switch", "--quiet", "main"]);
	await git(root, ["merge", "--quiet", "--no-ff", "--message", "m", "side"], start + 100 * hour);
	expect(await landedLedger(root)).toMatchObject({ proofs: proofsOf("h1") });
});

test("a branch is compared with where it left its upstream, however old or new that is", async () => {
	const root = await repository();
	await commit(root, "h1", 0);
	await commit(root, "h2", 47);
	const own = await clone(root);
	await commit(own, "h3", 48);
	expect(await landedLedger(own)).toMatchObject({ proofs: proofsOf("h2") });
});

test("a commit that is named goes first, and one that is not here is said", async () => {
	const root = await repository();
	const first = await commit(root, "h1", 0);
	await commit(root, "h2", 1);
	expect(await landedLedger(root, first)).toMatchObject({ proofs: proofsOf("h1") });
	expect(await landedLedger(root, "nowhere")).toEqual({ proofs: {}, since: "the beginning: nowhere is no commit here" });
});

test("a shallow clone, a young history and a folder without git know of no proof", async () => {
	const unknown = { proofs: {}, since: "the beginning: no older state is here" };
	expect(await landedLedger(folder)).toEqual(unknown);
	const root = await repository();
	await commit(root, "h1", 0);
	expect(await landedLedger(root)).toEqual(unknown);
	await commit(root, "h1", 100);
	expect(await landedLedger(root)).toMatchObject({ proofs: proofsOf("h1") });
	expect(await landedLedger(await clone(root, "--depth=1"))).toEqual(unknown);
});

test("without a git to ask, it knows of no proof and says why", async () => {
	vi.stubEnv("PATH", folder);
	expect(await landedLedger(folder)).toEqual({ proofs: {}, since: expect.stringContaining("git") });
});

test("a ledger that was not there, or that nobody can read, proves nothing", async () => {
	const root = await repository();
	await git(root, ["commit", "--quiet", "--allow-empty", "--message", "none"]);
	await commit(root, "h1", 100);
	expect(await landedLedger(root)).toMatchObject({ proofs: {}, since: expect.stringMatching(/^commit /) });
	expect(await landedLedger(root, "HEAD")).toMatchObject({ proofs: proofsOf("h1") });
	await writeFile(join(root, "scenarios/proofs.json"), "{");
	await git(root, ["commit", "--quiet", "--all", "--message", "torn"]);
	expect((await landedLedger(root, "HEAD")).proofs).toEqual({});
});
