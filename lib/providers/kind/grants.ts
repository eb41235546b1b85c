import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

/** Bytes by lab. */
export type Grants = Readonly<Record<string, number>>;

/** What instances of a host tell each other of labs that are granted memory and have nothing on Docker yet. */
export interface GrantBoard {
	/** Says what this instance grants now, in the place of what it said before. */
	say(grants: Grants): Promise<void>;
	/** By other instance whose engine runs: what one that has ended granted is on Docker, or is nothing. */
	heard(): Promise<Record<string, Grants>>;
	/** Says nothing more. */
	leave(): Promise<void>;
}

const notice = z.object({ pid: z.number().int(), startedAt: z.string(), labs: z.record(z.string(), z.number()) });

/** When a process was started, in ticks since the boot: with the pid it is one process only. Undefined where there is none. */
async function startOf(pid: number): Promise<string | undefined> {
	const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
	// The name before may hold spaces and brackets; the field is the 22nd (proc_pid_stat(5)).
	return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
}

/** @param dir shared by the instances of a host; made where it is missing */
export function createGrantBoard(dir: string, instanceId: string): GrantBoard {
	const file = join(dir, `${instanceId}.json`);
	let said = "";
	return {
		async say(labs) {
			const text = JSON.stringify({ pid: process.pid, startedAt: await startOf(process.pid), labs });
			if (text === said) return;
			await mkdir(dir, { recursive: true });
			// Whoever reads meanwhile finds the old words or the new ones.
			await writeFile(`${file}.${process.pid}`, text);
			await rename(`${file}.${process.pid}`, file);
			said = text;
		},
		async heard() {
			const names = (await readdir(dir).catch(() => [])).filter((name) => name.endsWith(".json") && name !== `${instanceId}.json`);
			const notices = await Promise.all(names.map(async (name) => [name.slice(0, -".json".length), await read(join(dir, name))] as const));
			return Object.fromEntries(notices.flatMap(([id, labs]) => (labs ? [[id, labs]] : [])));
		},
		async leave() {
			await rm(file, { force: true });
			said = "";
		},
	};
}

async function read(file: string): Promise<Grants | undefined> {
	try {
		const { pid, startedAt, labs } = notice.parse(JSON.parse(await readFile(file, "utf8")));
		return (await startOf(pid)) === startedAt ? labs : undefined;
	} catch {
		return undefined;
	}
}
