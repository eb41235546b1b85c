import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { z } from "zod";
import { AppError, toErrorBody } from "../core/errors.ts";
import type { Logger } from "../core/log.ts";
import { closeCodes, type FromServer, fromBrowser } from "../protocol/terminal.ts";
import type { Session, ViewerConnection } from "./session.ts";
import type { TicketSubject, Tickets } from "./tickets.ts";

/** A viewer that has not answered two of these in a row is gone. */
const heartbeatMs = 15_000;
/** The browser cuts a paste into pieces of 16 KiB. */
const maxMessageBytes = 64 * 1024;

const query = z.object({ ticket: z.string().min(1).max(100), from: z.coerce.number().int().nonnegative().default(0) });

export interface TerminalGateway {
	/**
	 * Takes over a WebSocket upgrade of `GET /terminal?ticket=…&from=…`. Who may come this far is decided before: the
	 * web checks Host, Origin and session, the ticket says which shell. A refusal is an HTTP answer with `{error}`.
	 */
	handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
	close(): void;
}

export interface GatewayOptions {
	tickets: Tickets;
	/** The shell's session; undefined where it has ended. */
	sessionOf(subject: TicketSubject): Session | undefined;
	log: Logger;
	heartbeatMs?: number;
}

export function createTerminalGateway({ tickets, sessionOf, log, heartbeatMs: everyMs = heartbeatMs }: GatewayOptions): TerminalGateway {
	const server = new WebSocketServer({ noServer: true, maxPayload: maxMessageBytes, perMessageDeflate: false, clientTracking: true });
	const silent = new WeakMap<WebSocket, number>();
	const heartbeat = setInterval(() => {
		for (const socket of server.clients) {
			const missed = silent.get(socket) ?? 0;
			if (missed >= 2) {
				socket.close(closeCodes.silent, "no sign of life");
				socket.terminate();
				continue;
			}
			silent.set(socket, missed + 1);
			socket.ping();
		}
	}, everyMs);
	heartbeat.unref();

	function accept(request: IncomingMessage) {
		const url = new URL(request.url ?? "/", "http://engine");
		const asked = query.safeParse(Object.fromEntries(url.searchParams));
		if (url.pathname !== "/terminal" || !asked.success) {
			throw new AppError("bad-terminal-request", "A terminal is asked for as /terminal?ticket=…&from=<offset>.", { kind: "invalid" });
		}
		const subject = tickets.redeem(asked.data.ticket);
		if (!subject) {
			throw new AppError("ticket-refused", "This ticket was used already or is over.", {
				kind: "unauthenticated",
				mend: "Ask for a new ticket and connect again.",
			});
		}
		const session = sessionOf(subject);
		if (!session) throw new AppError("shell-not-found", "This shell has ended.", { kind: "not-found" });
		return { session, from: asked.data.from };
	}

	function show(socket: WebSocket, session: Session, from: number) {
		let connection: ViewerConnection | undefined;
		const early: [Buffer, boolean][] = [];
		const alive = () => silent.set(socket, 0);
		socket.on("pong", alive);
		socket.on("error", (error) => log.debug({ error: error.message }, "terminal connection failed"));
		socket.on("close", () => connection?.leave());
		socket.on("message", (data, isBinary) => {
			alive();
			const bytes = data as Buffer;
			if (connection) hear(connection, bytes, isBinary);
			else early.push([bytes, isBinary]);
		});
		connection = session.connect(
			{
				send: (message: FromServer) => socket.send(JSON.stringify(message)),
				output: (bytes) => socket.send(bytes, { binary: true }),
				close: (code, reason) => socket.close(code, reason),
			},
			from,
		);
		for (const [bytes, isBinary] of early) hear(connection, bytes, isBinary);

		function hear(to: ViewerConnection, bytes: Buffer, isBinary: boolean) {
			if (isBinary) return to.input(bytes);
			const message = fromBrowser.safeParse(parseJson(bytes));
			if (!message.success) return socket.close(closeCodes.badMessage, "not a control message");
			if (message.data.type === "resize") to.resize(message.data);
			else to.acked(message.data.offset);
		}
	}

	return {
		handleUpgrade(request, socket, head) {
			socket.on("error", (error) => log.debug({ error: error.message }, "terminal connection failed"));
			try {
				const { session, from } = accept(request);
				server.handleUpgrade(request, socket, head, (webSocket) => show(webSocket, session, from));
			} catch (error) {
				refuse(socket, error);
			}
		},
		close() {
			clearInterval(heartbeat);
			for (const socket of server.clients) socket.close(closeCodes.engineStops, "the engine stops");
			server.close();
		},
	};
}

const reasons = { invalid: "400 Bad Request", unauthenticated: "401 Unauthorized", "not-found": "404 Not Found" } as const;

function refuse(socket: Duplex, error: unknown): void {
	const kind = error instanceof AppError ? error.kind : "platform";
	const status = reasons[kind as keyof typeof reasons] ?? "500 Internal Server Error";
	const body = JSON.stringify({ error: toErrorBody(error) });
	const head = [
		`HTTP/1.1 ${status}`,
		"content-type: application/json",
		`content-length: ${Buffer.byteLength(body)}`,
		"connection: close",
		"",
		"",
	];
	socket.end(head.join("\r\n") + body, () => socket.destroy());
}

function parseJson(bytes: Buffer): unknown {
	try {
		return JSON.parse(bytes.toString("utf8"));
	} catch {
		return undefined;
	}
}
