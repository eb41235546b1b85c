import { existsSync, readdirSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import type { Clock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import { newId } from "../core/ids.ts";
import type { Logger } from "../core/log.ts";
import type { Shell } from "../protocol/lab.ts";
import type { LabEnvironment } from "../providers/provider.ts";
import { lostShellExit } from "./attachment.ts";
import { createTerminalGateway } from "./gateway.ts";
import { type SpawnPty, spawnPty } from "./pty.ts";
import { createRecording, openRecording, type Recording } from "./recording.ts";
import { createSession, type Session, type TerminalUse } from "./session.ts";
import { createTickets } from "./tickets.ts";

/** Until the first viewer says its size. */
const firstSize = { cols: 100, rows: 30 };
/** Each shell is a `docker exec` on the host. */
const maxShells = 8;

export type ShellEvent = { kind: "opened"; shell: Shell } | { kind: "exited"; shell: Shell; exitCode: number };

export interface TerminalsOptions {
	dataDir: string;
	clock: Clock;
	log: Logger;
	/** Undefined while the lab's workstation is not there: shells wait for it. */
	environmentOf(labId: string): Promise<LabEnvironment | undefined>;
	/** Called from within the change; must not throw. */
	onEvent(labId: string, event: ShellEvent): void;
	/**
	 * Called whenever somebody types, opens a terminal anew (a page that was there before and connects again does not count), or
	 * is shown output; must not throw.
	 */
	onUse?(labId: string, use: TerminalUse): void;
	spawnPty?: SpawnPty;
}

/** The shells of all labs. What there is, is on disk: the recordings are the list, and survive the engine. */
export interface Terminals {
	/** A new shell; it starts in the background. @throws AppError `too-many-shells` */
	open(labId: string): Shell;
	/**
	 * Ends a shell and its processes.
	 * @throws AppError `shell-not-found`, or what the workstation said
	 */
	close(labId: string, shellId: string): Promise<void>;
	/** Living shells, oldest first; those of an earlier engine are taken up by the first call. */
	list(labId: string): Shell[];
	/** A ticket for one connection. @throws AppError `shell-not-found` */
	ticket(labId: string, shellId: string): string;
	/** For the engine's `upgrade` event, path `/terminal`. */
	handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
	/** All shells of a lab are over: before its workstation is removed or made anew. Recordings stay. */
	endLab(labId: string): void;
	/** Lets go of every shell; they live on and are taken up by the next engine. */
	shutdown(): void;
}

interface Entry {
	shell: Shell;
	session: Session;
}

export function createTerminals(options: TerminalsOptions): Terminals {
	const { dataDir, clock, log, environmentOf, onEvent } = options;
	const tickets = createTickets({ clock });
	const labs = new Map<string, Map<string, Entry>>();
	const gateway = createTerminalGateway({ tickets, log, sessionOf: ({ labId, shellId }) => shellsOf(labId).get(shellId)?.session });

	const folder = (labId: string) => join(dataDir, "attempts", pathSafe(labId));

	/** A lab's shells; taken from its recordings when first asked for. */
	function shellsOf(labId: string): Map<string, Entry> {
		const known = labs.get(labId);
		if (known) return known;
		const shells = new Map<string, Entry>();
		labs.set(labId, shells);
		for (const recording of recordingsOf(labId)) adopt(labId, shells, recording);
		return shells;
	}

	function recordingsOf(labId: string): Recording[] {
		if (!existsSync(folder(labId))) return [];
		const ids = new Set(readdirSync(folder(labId)).flatMap((name) => /^([a-z0-9-]+)\.cast(\.next)?$/.exec(name)?.[1] ?? []));
		const living: { recording: Recording; number: number }[] = [];
		for (const id of ids) {
			try {
				const recording = openRecording(join(folder(labId), `${id}.cast`), clock);
				if (recording.exitCode === undefined) living.push({ recording, number: Number(/\d+$/.exec(recording.title)?.[0] ?? 0) });
				else recording.close();
			} catch (error) {
				log.error({ lab: labId, shell: id, error }, "a recording can't be taken up");
			}
		}
		return living.sort((a, b) => a.number - b.number).map(({ recording }) => recording);
	}

	function adopt(labId: string, shells: Map<string, Entry>, recording: Recording): Shell {
		const shell = { id: recording.shellId, title: recording.title };
		const session = createSession({
			recording,
			environment: () => environmentOf(labId),
			spawnPty: options.spawnPty ?? spawnPty,
			clock,
			log: log.child({ lab: labId }),
			onUse: (use) => options.onUse?.(labId, use),
			onExit(exitCode) {
				shells.delete(shell.id);
				onEvent(labId, { kind: "exited", shell, exitCode });
			},
		});
		shells.set(shell.id, { shell, session });
		return shell;
	}

	function entryOf(labId: string, shellId: string): Entry {
		const entry = shellsOf(labId).get(shellId);
		if (entry) return entry;
		throw new AppError("shell-not-found", "This shell has ended.", { kind: "not-found", mend: "Open a new one." });
	}

	return {
		open(labId) {
			const shells = shellsOf(labId);
			if (shells.size >= maxShells) {
				throw new AppError("too-many-shells", `A lab has at most ${maxShells} shells.`, { kind: "conflict", mend: "Close one first." });
			}
			const id = newId();
			const title = `Shell ${lowestFree([...shells.values()].map((entry) => entry.shell.title))}`;
			const recording = createRecording(join(folder(labId), `${id}.cast`), { labId, shellId: id, title, ...firstSize }, clock);
			const shell = adopt(labId, shells, recording);
			onEvent(labId, { kind: "opened", shell });
			return shell;
		},
		async close(labId, shellId) {
			const { session } = entryOf(labId, shellId);
			const environment = await environmentOf(labId);
			await environment?.closeShell(shellId);
			session.end(lostShellExit);
		},
		list: (labId) => [...shellsOf(labId).values()].map((entry) => entry.shell),
		ticket(labId, shellId) {
			entryOf(labId, shellId);
			return tickets.issue({ labId, shellId });
		},
		handleUpgrade: (request, socket, head) => gateway.handleUpgrade(request, socket, head),
		endLab(labId) {
			for (const { session } of [...shellsOf(labId).values()]) session.end(lostShellExit);
			labs.delete(labId);
		},
		shutdown() {
			for (const shells of labs.values()) for (const { session } of shells.values()) session.close();
			gateway.close();
		},
	};
}

function lowestFree(titles: string[]): number {
	let number = 1;
	while (titles.includes(`Shell ${number}`)) number++;
	return number;
}

/** Ids become file names: nothing that leaves the folder. @throws AppError `bad-id` */
function pathSafe(id: string): string {
	if (/^[a-z0-9][a-z0-9-]{0,63}$/.test(id)) return id;
	throw new AppError("bad-id", `${JSON.stringify(id)} is no lab's id.`, { kind: "invalid" });
}
