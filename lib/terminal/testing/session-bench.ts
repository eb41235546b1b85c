import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../core/clock.ts";
import { createLogger } from "../../core/log.ts";
import type { FromServer } from "../../protocol/terminal.ts";
import type { LabEnvironment } from "../../providers/provider.ts";
import { type Pty, type PtyOptions, spawnPty } from "../pty.ts";
import { createRecording, type Recording } from "../recording.ts";
import { createSession, type Session, type Viewer, type ViewerConnection } from "../session.ts";
import { startTestShellHost, type TestShellHost } from "./shell-host.ts";

/** Sessions over real terminals, in a folder of their own. */
export interface SessionBench {
	/** The recording's file. */
	readonly path: string;
	/** There once `shells` or `bash` has been awaited. */
	readonly host: TestShellHost;
	/** Every attach that was begun, oldest first. */
	readonly attaches: readonly Pty[];
	/** Starts the shell-host. @param command what a new shell runs */
	shells(command: [string, ...string[]]): Promise<void>;
	bash(): Promise<void>;
	newRecording(): Recording;
	begin(options?: BeginOptions): Begun;
	close(): Promise<void>;
}

interface BeginOptions {
	recording?: Recording;
	/** Whether the lab is there, and awake; default: at once. */
	environment?: () => Promise<LabEnvironment | undefined>;
}

interface Begun {
	session: Session;
	/** What the shell ended with; empty while it lives. */
	exits: number[];
	uses: string[];
	/** Resolves with the shell's exit code. */
	exited: Promise<number>;
}

export function openSessionBench(): SessionBench {
	const folder = mkdtempSync(join(tmpdir(), "faultline-session-"));
	const path = join(folder, "attempts", "lab1", "shell1.cast");
	const sessions: Session[] = [];
	const attaches: Pty[] = [];
	let host: TestShellHost | undefined;

	function started(): TestShellHost {
		if (!host) throw new Error("The test has started no shells.");
		return host;
	}
	async function shells(command: [string, ...string[]]) {
		host = await startTestShellHost(folder, command);
	}
	const newRecording = () => createRecording(path, { labId: "lab1", shellId: "shell1", title: "Shell 1", cols: 80, rows: 24 }, systemClock);

	return {
		path,
		attaches,
		get host() {
			return started();
		},
		shells,
		bash: () => shells(["/bin/bash", "--noprofile", "--norc", "--noediting"]),
		newRecording,
		begin({ recording = newRecording(), environment = async () => started().environment } = {}) {
			const exits: number[] = [];
			const uses: string[] = [];
			const { promise: exited, resolve } = Promise.withResolvers<number>();
			const session = createSession({
				recording,
				environment,
				spawnPty(options: PtyOptions) {
					const pty = spawnPty(options);
					attaches.push(pty);
					return pty;
				},
				clock: systemClock,
				log: createLogger("test", "silent"),
				onUse: (use) => uses.push(use),
				onExit(code) {
					exits.push(code);
					resolve(code);
				},
			});
			sessions.push(session);
			return { session, exits, uses, exited };
		},
		async close() {
			for (const session of sessions) session.close();
			await host?.close();
			rmSync(folder, { recursive: true });
		},
	};
}

/** A browser: keeps what it was shown, acknowledges (or not), and lets a test wait for what it sees. */
export function look(session: Session, { from = 0, acks = true } = {}) {
	const messages: FromServer[] = [];
	let closed: number | undefined;
	let shown = Buffer.alloc(0);
	let offset = from;
	let wake = () => {};
	let connection: ViewerConnection | undefined;
	const viewer: Viewer = {
		send(message) {
			messages.push(message);
			if (message.type === "start") offset = message.offset;
			wake();
		},
		output(bytes) {
			shown = Buffer.concat([shown, bytes]);
			offset += bytes.length;
			if (acks) queueMicrotask(() => connection?.acked(offset));
			wake();
		},
		close(code) {
			closed = code;
			wake();
		},
	};
	connection = session.connect(viewer, from);
	return {
		...connection,
		messages,
		type: (text: string) => connection?.input(Buffer.from(text)),
		text: () => shown.toString("utf8"),
		shown: () => shown,
		offset: () => offset,
		closed: () => closed,
		async until(condition: () => boolean) {
			while (!condition()) await new Promise<void>((resolve) => (wake = resolve));
		},
	};
}
