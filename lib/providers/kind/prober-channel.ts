import type { Socket } from "node:net";
import { createInterface } from "node:readline";
import PQueue from "p-queue";
import { AppError } from "../../core/errors.ts";
import { type ProbeResult, probeRequest, probeResult } from "../provider.ts";

export interface ProberChannel {
	/**
	 * Sends probes and returns their results in the same order. What goes wrong with one is its result, `prober-error`.
	 * @throws the signal's reason when aborted
	 */
	probe(requests: readonly unknown[], signal?: AbortSignal): Promise<ProbeResult[]>;
	/** Connects ahead of the first probe; what fails is tried again by that. Never rejects. */
	warm(): Promise<void>;
	close(): Promise<void>;
}

// The prober runs 256 probes of a connection at once and counts `timeoutMs` from a probe's start: more would wait unread.
const inFlight = 256;
// A probe's own time is kept by the prober; this is for its answer to come back on a busy host.
const graceMs = 3000;

interface Connection {
	socket: Socket;
	waiting: Map<string, (result: ProbeResult) => void>;
}

/**
 * One persistent connection to the prober, made on first use and again after it was lost.
 * @param connect opens a socket to a prober that runs
 */
export function createProberChannel(connect: () => Promise<Socket>): ProberChannel {
	const queue = new PQueue({ concurrency: inFlight });
	let connection: Promise<Connection> | undefined;
	let last = 0;
	let closed = false;

	function open(): Promise<Connection> {
		if (closed) return Promise.reject(new AppError("prober-closed", "The provider has been closed."));
		connection ??= connect().then((socket) => listen(socket, () => (connection = undefined)));
		connection.catch(() => (connection = undefined));
		return connection;
	}

	async function ask(request: unknown): Promise<ProbeResult> {
		const id = `p${++last}`;
		const parsed = probeRequest.safeParse({ ...(request as object), id });
		if (!parsed.success) return failed(id, parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; "));
		try {
			const { socket, waiting } = await open();
			return await new Promise<ProbeResult>((resolve) => {
				const timer = setTimeout(() => end(failed(id, "the prober did not answer in time")), parsed.data.timeoutMs + graceMs);
				const end = (result: ProbeResult) => {
					clearTimeout(timer);
					waiting.delete(id);
					resolve(result);
				};
				waiting.set(id, end);
				socket.write(`${JSON.stringify(parsed.data)}\n`);
			});
		} catch (error) {
			return failed(id, error instanceof Error ? error.message : String(error));
		}
	}

	return {
		async probe(requests, signal) {
			signal?.throwIfAborted();
			const all = Promise.all(requests.map((request) => queue.add(() => ask(request), { signal })));
			if (!signal) return all;
			// Probes under way end by their own deadline; nobody waits for them any more.
			const aborted = Promise.withResolvers<never>();
			const onAbort = () => aborted.reject(signal.reason);
			signal.addEventListener("abort", onAbort, { once: true });
			all.catch(() => {});
			return Promise.race([all, aborted.promise]).finally(() => signal.removeEventListener("abort", onAbort));
		},
		warm: () =>
			open().then(
				() => {},
				() => {},
			),
		async close() {
			closed = true;
			const current = await connection?.catch(() => undefined);
			current?.socket.destroy();
		},
	};
}

function listen(socket: Socket, onLost: () => void): Connection {
	const waiting = new Map<string, (result: ProbeResult) => void>();
	let reason = "the connection to the prober was lost";
	socket.on("error", (error) => {
		reason = `the connection to the prober was lost: ${error.message}`;
	});
	socket.on("close", () => {
		onLost();
		for (const [id, end] of [...waiting]) end(failed(id, reason));
	});
	createInterface({ input: socket }).on("line", (line) => {
		const result = readResult(line);
		if (result) waiting.get(result.id)?.(result);
	});
	// The engine must not stay alive for a connection alone.
	socket.unref();
	return { socket, waiting };
}

/** A line of the prober as a result; undefined where it names no probe. */
function readResult(line: string): ProbeResult | undefined {
	let said: unknown;
	try {
		said = JSON.parse(line);
	} catch {
		return undefined;
	}
	const parsed = probeResult.safeParse(said);
	if (parsed.success) return parsed.data;
	const id = (said as { id?: unknown } | null)?.id;
	return typeof id === "string" ? failed(id, `the prober's answer is not understood: ${parsed.error.issues[0]?.message}`) : undefined;
}

function failed(id: string, detail: string): ProbeResult {
	return { id, outcome: "prober-error", detail, durationMs: 0 };
}
