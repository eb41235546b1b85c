import ReconnectingWebSocket from "partysocket/ws";
import { fromServer } from "../../protocol/terminal.ts";
import type { Connection } from "./connection-state.ts";
import { askTicket, type TicketAnswer } from "./ticket.ts";

/** Output shown and not yet acknowledged at which an acknowledgement goes out; a sixth of the engine's high mark. */
const ackEveryBytes = 16_000;
/** Pastes go in pieces: the engine takes messages up to 64 KiB. */
const pieceBytes = 16_384;
/** What is typed while the connection is away and still counts when it is back. */
const keptMessages = 256;

export interface TerminalConnectionOptions {
	labId: string;
	shellId: string;
	/** Shows bytes; calls back when they are parsed. */
	show(bytes: Uint8Array, shown: () => void): void;
	/** Output up to here was lost for good. */
	onGap(): void;
	onState(state: Connection): void;
	size(): { cols: number; rows: number };
	ticket?: (labId: string, shellId: string) => Promise<TicketAnswer>;
	/** For tests. */
	WebSocket?: unknown;
	origin?: string;
	now?: () => number;
}

/** The browser's end of a shell: connects again as often as it is lost, and neither loses nor doubles a byte. */
export interface TerminalConnection {
	/** Keystrokes and pastes. While old output is shown again these are the terminal's own answers, and dropped. */
	type(text: string): void;
	typeBytes(bytes: Uint8Array<ArrayBuffer>): void;
	resize(): void;
	/** Connects again after `replaced` or `failed`. */
	retry(): void;
	close(): void;
}

export function createTerminalConnection(options: TerminalConnectionOptions): TerminalConnection {
	const { labId, shellId, ticket = askTicket, now = Date.now } = options;
	const origin = options.origin ?? location.origin.replace(/^http/, "ws");
	const encoder = new TextEncoder();
	let received = 0;
	let shown = 0;
	let acked = 0;
	// Output before was shown once already: its questions to the terminal have been answered.
	let seen = 0;
	let started = false;
	let lostSince: number | undefined;
	let final = false;
	let closed = false;

	const socket = new ReconnectingWebSocket(address, [], {
		WebSocket: options.WebSocket,
		minReconnectionDelay: 250,
		maxReconnectionDelay: 5_000,
		reconnectionDelayGrowFactor: 1.6,
		connectionTimeout: 10_000,
		maxEnqueuedMessages: keptMessages,
	});
	socket.binaryType = "arraybuffer";
	options.onState({ kind: "connecting" });

	async function address(): Promise<string> {
		const answer = await ticket(labId, shellId);
		if ("ticket" in answer) return `${origin}/terminal?${new URLSearchParams({ ticket: answer.ticket, from: String(received) })}`;
		if (answer.gone) finish({ kind: "ended" });
		else if (answer.final) finish({ kind: "failed", message: answer.error.message, mend: answer.error.mend });
		throw new Error(answer.error.message);
	}

	function finish(state: Connection) {
		if (final || closed) return;
		final = true;
		options.onState(state);
		socket.close();
	}

	function control(message: object) {
		if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
	}

	function onOutput(bytes: Uint8Array) {
		// A write that spans what was seen and what is new is two: answers count from the first new byte on.
		const old = Math.min(bytes.length, Math.max(0, seen - received));
		for (const part of [bytes.subarray(0, old), bytes.subarray(old)]) {
			if (part.length === 0) continue;
			received += part.length;
			const end = received;
			options.show(part, () => {
				shown = end;
				if (shown - acked < ackEveryBytes && shown !== received) return;
				acked = shown;
				control({ type: "ack", offset: shown });
			});
		}
	}

	function onControl(text: string) {
		const message = fromServer.parse(JSON.parse(text));
		switch (message.type) {
			case "start":
				if (started && message.offset > received) options.onGap();
				received = message.offset;
				seen = Math.max(seen, message.seen);
				if (!started || shown > received) shown = received;
				started = true;
				options.onState({ kind: "open" });
				break;
			case "exit":
				finish({ kind: "ended", code: message.code });
				break;
			case "replaced":
				finish({ kind: "replaced" });
				break;
			case "error":
				options.onState({ kind: "open", trouble: { message: message.message, mend: message.mend } });
				break;
		}
	}

	socket.addEventListener("open", () => {
		lostSince = undefined;
		control({ type: "resize", ...options.size() });
	});
	socket.addEventListener("message", ({ data }) => {
		if (final || closed) return;
		if (typeof data === "string") onControl(data);
		else onOutput(new Uint8Array(data as ArrayBuffer));
	});
	socket.addEventListener("close", () => {
		if (final || closed) return;
		lostSince ??= now();
		options.onState({ kind: "waiting", since: lostSince });
	});
	// Without a listener an error would be the page's; what follows is always a close or another attempt.
	socket.addEventListener("error", () => {
		if (final || closed) return;
		lostSince ??= now();
		options.onState({ kind: "waiting", since: lostSince });
	});

	function send(bytes: Uint8Array<ArrayBuffer>) {
		if (final || closed || shown < seen) return;
		for (let at = 0; at < bytes.length; at += pieceBytes) socket.send(bytes.subarray(at, at + pieceBytes));
	}

	return {
		type: (text) => send(encoder.encode(text)),
		typeBytes: send,
		resize: () => control({ type: "resize", ...options.size() }),
		retry() {
			if (closed) return;
			final = false;
			lostSince = undefined;
			options.onState({ kind: "connecting" });
			socket.reconnect();
		},
		close() {
			closed = true;
			socket.close();
		},
	};
}
