import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createOwnerSessions } from "../auth/owner-sessions.ts";
import type { LabRecord } from "../labs/lab-store.ts";
import { type Database, openDatabase } from "./database.ts";
import { takeInstanceLock } from "./instance-lock.ts";
import { createLabStore } from "./lab-store.ts";
import { createOwnerSessionStore } from "./owner-session-store.ts";
import { createTimelineStore } from "./timeline-store.ts";

let folder: string;
let database: Database;

beforeEach(async () => {
	folder = mkdtempSync(join(tmpdir(), "fl-store-"));
	database = await openDatabase(join(folder, "faultline.db"));
});
afterEach(async () => {
	await database.destroy();
	rmSync(folder, { recursive: true });
});

const lab: LabRecord = {
	...{ environmentId: "a1", pooled: false, cold: false, anySeed: true, version: "v1" },
	...{ id: "abc", scenario: "broken-selector", seed: 2, state: "requested", createdAt: 1_700_000_000_000 },
	...{ person: "anna", turn: 2, admittedAt: null, endedAt: null, restingSince: null },
	...{ readyAt: null, expiresAt: null, solvedAt: null, hintsShown: 0, revealed: false, checks: 0, report: null, failure: null },
};

test("a lab comes back as it was written, after the database was closed", async () => {
	const failure = { code: "x", message: "y", step: "z" };
	await createLabStore(database).insert({ ...lab, revealed: true, failure });
	await database.destroy();
	database = await openDatabase(join(folder, "faultline.db"));
	expect(await createLabStore(database).get("abc")).toEqual({ ...lab, revealed: true, failure });
});

test("when an engine ran last is kept, and only the last time", async () => {
	expect(await createLabStore(database).ranAt()).toBeUndefined();
	for (const at of [1, 1_700_000_000_000]) await createLabStore(database).noteRun(at);
	await database.destroy();
	database = await openDatabase(join(folder, "faultline.db"));
	expect(await createLabStore(database).ranAt()).toBe(1_700_000_000_000);
});

test("an update changes what it names and can set a field back to null", async () => {
	const store = createLabStore(database);
	await store.insert(lab);
	await store.update("abc", { hintsShown: 2, expiresAt: 5, revealed: true });
	await store.update("abc", { expiresAt: null });
	expect(await store.get("abc")).toEqual({ ...lab, hintsShown: 2, revealed: true });
});

test("of two transitions from the same state only one happens", async () => {
	const store = createLabStore(database);
	await store.insert(lab);
	const both = await Promise.all([store.transition("abc", "requested", "provisioning"), store.transition("abc", "requested", "abandoned")]);
	expect(both.filter(Boolean)).toHaveLength(1);
});

test("a stage ends where the next begins, and its usual time is the median of other labs", async () => {
	const store = createLabStore(database);
	for (const [id, ms] of [
		["a", 10],
		["b", 30],
		["c", 20],
	] as const) {
		await store.insert({ ...lab, id });
		await store.beginStage(id, "Starting", 0);
		await store.endStages(id, ms);
	}
	await store.insert(lab);
	await store.beginStage("abc", "Starting", 100);
	await store.beginStage("abc", "Proving", 150);
	expect(await store.stages("abc")).toEqual([
		{ name: "Starting", startedAt: 100, endedAt: 150, usualMs: 20 },
		{ name: "Proving", startedAt: 150, endedAt: null, usualMs: null },
	]);
});

test("timeline events are numbered per lab without gaps, also when they come at once", async () => {
	await createLabStore(database).insert(lab);
	const store = createTimelineStore(database);
	await Promise.all(["a", "b", "c"].map((text) => store.append("abc", { at: 1, kind: "note", text, data: { text } })));
	const events = await store.after("abc", 1);
	expect(events.map((event) => event.seq)).toEqual([2, 3]);
	expect(events[0]?.data).toEqual({ text: events[0]?.text });
});

test("an owner's token is good once, for an hour, and a session for thirty days", async () => {
	let now = 1_000;
	const clock = { now: () => now, sleep: async () => {} };
	const sessions = createOwnerSessions({ store: createOwnerSessionStore(database), clock });
	const first = await sessions.invite();
	const second = await sessions.invite();
	await expect(sessions.redeem(first.token)).rejects.toMatchObject({ code: "invite-spent" });
	const { session } = await sessions.redeem(second.token);
	await expect(sessions.redeem(second.token)).rejects.toMatchObject({ code: "invite-spent" });
	expect(await sessions.session(session)).toEqual({ role: "owner" });
	expect(await sessions.session("guess")).toBeNull();
	now += 30 * 24 * 3_600_000;
	expect(await sessions.session(session)).toBeNull();
	const late = await sessions.invite();
	now += 3_600_000;
	await expect(sessions.redeem(late.token)).rejects.toMatchObject({ code: "invite-spent" });
});

test("a data directory has one engine at a time", () => {
	const file = join(folder, "engine.lock");
	const release = takeInstanceLock(file);
	expect(() => takeInstanceLock(file)).toThrow("Another engine serves this data directory.");
	release();
	takeInstanceLock(file)();
});
