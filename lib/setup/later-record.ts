import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { StageEvent } from "./stages.ts";
import { type Timings, usualMs } from "./timings.ts";

const laterStage = z.object({
	state: z.enum(["waiting", "running", "done", "failed"]),
	/** Milliseconds since the epoch; of the present state. */
	since: z.number(),
	/** What earlier runs took; null where there were none. */
	usualMs: z.number().nullable(),
	/** What goes on, or why it failed. */
	line: z.string(),
});
export type LaterStage = z.infer<typeof laterStage>;

/** What the process of the later stages says of itself in `$FAULTLINE_DATA/later.json`. */
export const laterRecord = z.object({
	pid: z.number().int(),
	/** As in the supervisor's record: a process id alone may be somebody else's by now. */
	startTime: z.string(),
	stages: z.record(z.string(), laterStage),
});
export type LaterRecord = z.infer<typeof laterRecord>;

const fileOf = (dataDir: string) => join(dataDir, "later.json");

/** The record, whether or not its process still runs; null where there is none that can be read. */
export async function readLater(dataDir: string): Promise<LaterRecord | null> {
	try {
		return laterRecord.parse(JSON.parse(await readFile(fileOf(dataDir), "utf8")));
	} catch {
		return null;
	}
}

export async function writeLater(dataDir: string, record: LaterRecord): Promise<void> {
	const fresh = `${fileOf(dataDir)}.${process.pid}`;
	await writeFile(fresh, JSON.stringify(record), { mode: 0o600 });
	await rename(fresh, fileOf(dataDir));
}

export async function removeLater(dataDir: string): Promise<void> {
	await rm(fileOf(dataDir), { force: true });
}

/** All stages before the first has begun. */
export function stagesAhead(names: readonly string[], timings: Timings, now: number): LaterRecord["stages"] {
	return Object.fromEntries(names.map((name) => [name, { state: "waiting", since: now, usualMs: usualMs(timings, name), line: "" }]));
}

/** The stages after an event. */
export function afterEvent(stages: LaterRecord["stages"], event: StageEvent, now: number): LaterRecord["stages"] {
	const before = stages[event.stage];
	if (!before) return stages;
	const change = (part: Partial<LaterStage>) => ({ ...stages, [event.stage]: { ...before, ...part } });
	if (event.type === "start") return change({ state: "running", since: now });
	if (event.type === "say") return change({ line: event.line });
	if (event.outcome === "made" || event.outcome === "unchanged") return change({ state: "done", since: now });
	return change({ state: "failed", since: now });
}
