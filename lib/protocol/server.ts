import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { z } from "zod";
import { AppError, errorKind, toErrorBody } from "../core/errors.ts";
import {
	type CallArguments,
	type CallName,
	type CallOutput,
	calls,
	type StreamArguments,
	type StreamItem,
	type StreamName,
	streams,
} from "./calls.ts";

/** One function a call; what it throws becomes the `{error}` of the answer. */
export type CallHandlers = { [N in CallName]: (input: CallArguments<N>, signal: AbortSignal) => Promise<CallOutput<N>> };

/** One generator a stream; it ends when the client leaves, told by the signal. */
export type StreamHandlers = { [N in StreamName]: (input: StreamArguments<N>, signal: AbortSignal) => AsyncIterable<StreamItem<N>> };

export interface ServerOptions {
	calls: CallHandlers;
	streams: StreamHandlers;
	/** Terminals. */
	onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
	/** What no client caused and a person must see in the log. */
	onError: (error: unknown, what: string) => void;
}

const statuses = { invalid: 400, unauthenticated: 401, forbidden: 403, "not-found": 404, conflict: 409, platform: 500 } as const;
// The largest input is a script for `lab.exec`.
const bodyLimitBytes = 4 * 1024 * 1024;

/** The engine's side of the protocol, to listen on a Unix socket: reaching the socket is the authentication. */
export function createProtocolServer(options: ServerOptions): Server {
	const server = createServer((request, response) => {
		serve(request, response, options).catch((error) => {
			if (errorKind(error) === "platform") options.onError(error, request.url ?? "");
			answer(response, statuses[errorKind(error)], { error: toErrorBody(error) });
		});
	});
	// A decisive check or a long `exec` may take minutes.
	server.requestTimeout = 0;
	server.on("upgrade", options.onUpgrade);
	return server;
}

async function serve(request: IncomingMessage, response: ServerResponse, options: ServerOptions): Promise<void> {
	const url = new URL(request.url ?? "/", "http://engine");
	const [, way, name = ""] = url.pathname.split("/");
	const leaving = new AbortController();
	response.on("close", () => leaving.abort(new AppError("client-left", "The client has left.")));

	if (way === "call" && request.method === "POST" && name in calls) {
		const call = name as CallName;
		const input = parse(calls[call].input, JSON.parse((await readBody(request)) || "{}"), name);
		const output = await (options.calls[call] as (input: unknown, signal: AbortSignal) => Promise<unknown>)(input, leaving.signal);
		answer(response, 200, output);
		return;
	}
	if (way === "stream" && request.method === "GET" && name in streams) {
		const stream = name as StreamName;
		const input = parse(streams[stream].input, JSON.parse(url.searchParams.get("input") ?? "{}"), name);
		const items = (options.streams[stream] as (input: unknown, signal: AbortSignal) => AsyncIterable<unknown>)(input, leaving.signal);
		await sendStream(response, items, leaving.signal, options);
		return;
	}
	throw new AppError("no-such-call", `The engine has no ${request.method} ${url.pathname}.`, { kind: "not-found" });
}

async function sendStream(response: ServerResponse, items: AsyncIterable<unknown>, signal: AbortSignal, options: ServerOptions) {
	const iterator = items[Symbol.asyncIterator]();
	try {
		for (;;) {
			const { value, done } = await iterator.next();
			if (done || signal.aborted) break;
			// The head goes with the first item, so that a stream refused at once has a status of its own.
			if (!response.headersSent) response.writeHead(200, { "content-type": "application/x-ndjson" });
			if (!response.write(`${JSON.stringify(value)}\n`)) await drained(response, signal);
		}
		if (!response.headersSent && !signal.aborted) response.writeHead(200, { "content-type": "application/x-ndjson" });
	} catch (error) {
		if (signal.aborted) return;
		if (!response.headersSent) throw error;
		if (errorKind(error) === "platform") options.onError(error, "stream");
		response.write(`${JSON.stringify({ error: toErrorBody(error), status: statuses[errorKind(error)] })}\n`);
	} finally {
		await iterator.return?.();
		response.end();
	}
}

function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		response.once("drain", resolve);
		signal.addEventListener("abort", () => resolve(), { once: true });
	});
}

function parse<T extends z.ZodType>(schema: T, value: unknown, name: string): z.output<T> {
	const parsed = schema.safeParse(value);
	if (parsed.success) return parsed.data;
	throw new AppError("bad-input", `${name}: ${z.prettifyError(parsed.error)}`, { kind: "invalid" });
}

async function readBody(request: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of request) {
		size += (chunk as Buffer).length;
		if (size > bodyLimitBytes)
			throw new AppError("input-too-large", `The input is larger than ${bodyLimitBytes} bytes.`, { kind: "invalid" });
		chunks.push(chunk as Buffer);
	}
	return Buffer.concat(chunks).toString("utf8");
}

function answer(response: ServerResponse, status: number, body: unknown): void {
	if (response.headersSent) return void response.destroy();
	response.writeHead(status, { "content-type": "application/json" });
	response.end(JSON.stringify(body));
}
