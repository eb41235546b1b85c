import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

/** What a running `npm start` says of itself in `$FAULTLINE_DATA/supervisor.json`. */
export const supervisorRecord = z.object({
	pid: z.number().int(),
	/** The kernel's start time of that process: a process id alone may be somebody else's by now. */
	startTime: z.string(),
	host: z.string(),
	port: z.number().int(),
	/** Processes that it keeps running, by name. */
	children: z.record(z.string(), z.object({ pid: z.number().int(), startTime: z.string() })),
});
export type SupervisorRecord = z.infer<typeof supervisorRecord>;

const recordFile = (dataDir: string) => join(dataDir, "supervisor.json");

/** The record, whether or not its process still runs; null where there is none that can be read. */
export async function readRecord(dataDir: string): Promise<SupervisorRecord | null> {
	try {
		return supervisorRecord.parse(JSON.parse(await readFile(recordFile(dataDir), "utf8")));
	} catch {
		return null;
	}
}

export async function writeRecord(dataDir: string, record: SupervisorRecord): Promise<void> {
	const fresh = `${recordFile(dataDir)}.${process.pid}`;
	await writeFile(fresh, JSON.stringify(record), { mode: 0o600 });
	await rename(fresh, recordFile(dataDir));
}

export async function removeRecord(dataDir: string): Promise<void> {
	await rm(recordFile(dataDir), { force: true });
}

/**
 * The start time of a process in the kernel's ticks since boot, field 22 of /proc/<pid>/stat.
 * @returns null where there is no such process, or only what is left of one that has ended
 */
export async function startTimeOf(pid: number): Promise<string | null> {
	const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
	// The second field is the program's name in brackets and may hold anything.
	const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
	if (fields.length < 20 || fields[0] === "Z" || fields[0] === "X") return null;
	return fields[19] ?? null;
}

/** Whether the very process that was recorded still runs. */
export async function stillRuns(recorded: { pid: number; startTime: string }): Promise<boolean> {
	return (await startTimeOf(recorded.pid)) === recorded.startTime;
}
