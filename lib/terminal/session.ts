import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/log.ts";
import { closeCodes, type FromServer } from "../protocol/terminal.ts";
import type { LabEnvironment } from "../providers/provider.ts";
import { createAttachment, lostShellExit } from "./attachment.ts";
import { createFlowWindow, type FlowWindow } from "./flow-control.ts";
import type { SpawnPty } from "./pty.ts";
import type { Recording } from "./recording.ts";
import { createReplayBuffer } from "./replay-buffer.ts";
import { createUtf8Splitter } from "./utf8-splitter.ts";

/** What a reload gets back: well over xterm's 10,000 lines of scrollback at a usual width. */
export const replayBytes = 1024 * 1024;
const messageBytes = 32 * 1024;
/** How long half a character waits for its other half before it is shown as it is. */
const flushMs = 100;

/** Who looks at a shell: a WebSocket, or a test. */
export interface Viewer {
	send(message: FromServer): void;
	output(bytes: Buffer): void;
	/** Nothing is sent afterwards. */
	close(code: number, reason: string): void;
}

export interface ViewerConnection {
	input(bytes: Buffer): void;
	resize(size: { cols: number; rows: number }): void;
	acked(offset: number): void;
	/** The viewer is gone. */
	leave(): void;
}

/** One shell of a lab: read and recorded whether or not somebody looks, shown to one viewer at a time. */
export interface Session {
	/** A viewer that has everything before `from`; an earlier viewer is told that it was replaced. */
	connect(viewer: Viewer, from: number): ViewerConnection;
	/** The shell is over for this lab, whatever it does: recorded, shown, let go. */
	end(code: number): void;
	/** Lets go of the shell, which lives on; a viewer is asked to come back. */
	close(): void;
}

/** What somebody at a terminal does. */
export type TerminalUse = "typed" | "opened" | "shown";

export interface SessionOptions {
	recording: Recording;
	environment(): Promise<LabEnvironment | undefined>;
	spawnPty: SpawnPty;
	clock: Clock;
	log: Logger;
	/** At every key, new viewer, and output that a viewer is shown. */
	onUse?(use: TerminalUse): void;
	/** Once, when the shell has ended. */
	onExit(code: number): void;
}

export function createSession({ recording, environment, spawnPty, clock, log, onUse, onExit }: SessionOptions): Session {
	const tail = recording.tail(replayBytes);
	const buffer = createReplayBuffer(replayBytes, tail[0]?.offset ?? recording.endOffset);
	for (const stretch of tail) {
		buffer.skipTo(stretch.offset);
		buffer.append(stretch.bytes);
	}
	buffer.skipTo(recording.endOffset);
	const splitter = createUtf8Splitter();
	let flush: AbortController | undefined;
	let watching: { viewer: Viewer; window: FlowWindow } | undefined;
	// What was put out before this process began was shown by the one before, as far as anybody looked.
	let seen = recording.endOffset;
	let exitCode: number | undefined;
	let over = false;

	const attachment = createAttachment({
		shellId: recording.shellId,
		environment,
		safeOffset: () => recording.endOffset,
		size: () => recording.size,
		spawnPty,
		clock,
		log,
		onStart(offset) {
			// Half a character of the last attach comes again, whole: the attach began at the recorded offset.
			splitter.flush();
			if (offset > recording.endOffset) {
				recording.gap(offset);
				buffer.skipTo(offset);
			} else if (offset < recording.endOffset) {
				log.error({ shell: recording.shellId, offset, recorded: recording.endOffset }, "the shell is younger than its recording");
				attachment.close();
				return finish(lostShellExit);
			}
			// Takes back what was said of a lost connection.
			if (watching) watching.viewer.send({ type: "start", offset: watching.window.sentOffset, seen });
		},
		onBytes: take,
		onExit: finish,
		onLost: (reason) => watching?.viewer.send({ type: "error", ...reason }),
	});

	function take(bytes: Buffer) {
		flush?.abort();
		store(splitter.push(bytes));
		if (splitter.heldBytes > 0) {
			flush = new AbortController();
			clock.sleep(flushMs, flush.signal).then(
				() => {
					try {
						store(splitter.flush());
					} catch (error) {
						attachment.lose(error);
					}
				},
				() => {},
			);
		}
	}

	/** Recorded first, shown then: what a viewer has seen is never missing after a crash. */
	function store(bytes: Buffer) {
		if (bytes.length === 0 || over) return;
		recording.output(bytes);
		buffer.append(bytes, watching?.window.sentOffset);
		attachment.recorded(recording.endOffset);
		pump();
	}

	function pump() {
		if (watching) {
			const { viewer, window } = watching;
			for (;;) {
				const stretch = window.roomBytes > 0 ? buffer.read(window.sentOffset, Math.min(window.roomBytes, messageBytes)) : undefined;
				if (!stretch) break;
				if (stretch.offset > window.sentOffset) {
					window.jump(stretch.offset);
					viewer.send({ type: "start", offset: stretch.offset, seen });
				}
				viewer.output(stretch.bytes);
				onUse?.("shown");
				window.sent(stretch.offset + stretch.bytes.length);
			}
			if (exitCode !== undefined && window.sentOffset >= buffer.endOffset) {
				watching = undefined;
				viewer.send({ type: "exit", code: exitCode });
				viewer.close(closeCodes.ended, "the shell has ended");
			}
		}
		attachment.hold(watching?.window.holds(buffer.endOffset) ?? false);
	}

	function finish(code: number) {
		if (over) return;
		flush?.abort();
		try {
			store(splitter.flush());
			recording.exit(code);
		} catch (error) {
			log.error({ err: error, shell: recording.shellId }, "the end of a shell could not be recorded");
		}
		over = true;
		exitCode = code;
		recording.close();
		pump();
		onExit(code);
	}

	function dismiss(code: number, reason: string) {
		const last = watching;
		watching = undefined;
		if (last && code === closeCodes.replaced) last.viewer.send({ type: "replaced" });
		last?.viewer.close(code, reason);
	}

	return {
		connect(viewer, from) {
			dismiss(closeCodes.replaced, "opened elsewhere");
			const start = Math.min(Math.max(from, buffer.startOffset), buffer.endOffset);
			const mine = { viewer, window: createFlowWindow(start) };
			watching = mine;
			viewer.send({ type: "start", offset: start, seen });
			if (from === 0 && !over) onUse?.("opened");
			attachment.hurry();
			pump();
			const current = () => watching === mine;
			return {
				input(bytes) {
					if (!current() || over) return;
					onUse?.("typed");
					if (attachment.write(bytes)) return;
					viewer.send({ type: "error", message: "The program in the shell does not read; what was typed or pasted last is dropped." });
				},
				resize(size) {
					const { cols, rows } = recording.size;
					if (!current() || over || (cols === size.cols && rows === size.rows)) return;
					recording.resize(size);
					attachment.resize();
				},
				acked(offset) {
					mine.window.acked(offset);
					seen = Math.max(seen, mine.window.ackedOffset);
					if (current()) pump();
				},
				leave() {
					if (!current()) return;
					watching = undefined;
					pump();
				},
			};
		},
		end(code) {
			attachment.close();
			finish(code);
		},
		close() {
			attachment.close();
			flush?.abort();
			if (!over) recording.close();
			over = true;
			dismiss(closeCodes.engineStops, "the engine stops");
		},
	};
}
