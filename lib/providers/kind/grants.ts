import { access, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Clock } from "../../core/clock.ts";

/** Bytes by lab. */
export type Grants = Readonly<Record<string, number>>;

/** What instances of a host tell each other of labs that are granted memory and have nothing on Docker yet. */
export interface GrantBoard {
	/** Says what this instance grants now, in the place of what it said before. */
	say(grants: Grants): Promise<void>;
	/**
	 * By other instance. Of one whose engine has ended only labs that are granted nothing, because they are in swap: nobody wakes
	 * them but a next engine, which says so first. What else it granted is on Docker, or is nothing.
	 */
	heard(): Promise<Record<string, Grants>>;
	/** Says nothing more but what is in swap. */
	leave(): Promise<void>;
}

const notice = z.object({ pid: z.number().int(), startedAt: z.string(), labs: z.record(z.string(), z.number()) });

/** When a process was started, in ticks since the boot: with the pid it is one process only. Undefined where there is none. */
async function startOf(pid: number): Promise<string | undefined> {
	const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
	// The name before may hold spaces and brackets; the field is the 22nd (proc_pid_stat(5)).
	return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
}

const dayMs = 24 * 60 * 60_000;
// An engine that is restarted speaks again within seconds: a day keeps far from all that may still be in use.
const forgottenAfterMs = dayMs;
// What is in swap waits there for its next engine: somebody's holidays. Forgotten, it counts as if it ran.
const coldForgottenAfterMs = 30 * dayMs;

/** @param dir shared by the instances of a host; made where it is missing */
export function createGrantBoard(dir: string, instanceId: string, clock: Clock): GrantBoard {
	const file = join(dir, `${instanceId}.json`);
	let said = "";
	let cold: Grants = {};
	let speaking: Promise<unknown> = Promise.resolve();

	async function write(text: string): Promise<void> {
		// Whoever reads meanwhile finds the old words or the new ones.
		await writeFile(`${file}.${process.pid}`, text);
		await rename(`${file}.${process.pid}`, file);
	}

	async function sayNow(labs: Grants): Promise<void> {
		const text = JSON.stringify({ pid: process.pid, startedAt: await startOf(process.pid), labs });
		// Gone where somebody has emptied the cache meanwhile.
		if (text === said && (await isThere(file))) return;
		await mkdir(dir, { recursive: true });
		if (said === "") await forgetGone(dir, clock.now());
		await write(text);
		[said, cold] = [text, coldOf(labs)];
	}

	async function leaveNow(): Promise<void> {
		if (said === "") return;
		// No process has this start: whoever reads it knows that its engine has ended.
		if (Object.keys(cold).length > 0) await write(JSON.stringify({ pid: process.pid, startedAt: "", labs: cold }));
		else await rm(file, { force: true });
		said = "";
	}

	/** One after another: what was said last is what counts. */
	function inTurn(speak: () => Promise<void>): Promise<void> {
		const turn = speaking.then(speak);
		speaking = turn.catch(() => {});
		return turn;
	}

	return {
		say: (labs) => inTurn(() => sayNow(labs)),
		leave: () => inTurn(leaveNow),
		async heard() {
			const names = (await readdir(dir).catch(() => [])).filter((name) => name.endsWith(".json") && name !== `${instanceId}.json`);
			const notices = await Promise.all(names.map(async (name) => [name.slice(0, -".json".length), await read(join(dir, name))] as const));
			return Object.fromEntries(notices.flatMap(([id, words]) => (words ? [[id, words.labs]] : [])));
		},
	};
}

async function isThere(file: string): Promise<boolean> {
	return access(file).then(
		() => true,
		() => false,
	);
}

/** Removes what engines have left that were killed, half words among it, where nobody has written for long. */
async function forgetGone(dir: string, now: number): Promise<void> {
	for (const file of (await readdir(dir)).map((name) => join(dir, name))) {
		const words = await read(file);
		const keptMs = words ? coldForgottenAfterMs : forgottenAfterMs;
		const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: now }));
		if (!words?.runs && now - mtimeMs > keptMs) await rm(file, { force: true });
	}
}

const coldOf = (labs: Grants): Grants => Object.fromEntries(Object.entries(labs).filter(([, bytes]) => bytes === 0));

/** What counts of a file's words; undefined where that is nothing. */
async function read(file: string): Promise<{ runs: boolean; labs: Grants } | undefined> {
	try {
		const { pid, startedAt, labs } = notice.parse(JSON.parse(await readFile(file, "utf8")));
		if ((await startOf(pid)) === startedAt) return { runs: true, labs };
		const cold = coldOf(labs);
		return Object.keys(cold).length > 0 ? { runs: false, labs: cold } : undefined;
	} catch {
		return undefined;
	}
}
