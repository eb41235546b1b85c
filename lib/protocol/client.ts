import { request } from "node:http";
import { createInterface } from "node:readline";
import { AppError, errorBody } from "../core/errors.ts";
import {
	type CallInput,
	type CallName,
	type CallOutput,
	calls,
	type StreamInput,
	type StreamItem,
	type StreamName,
	streams,
} from "./calls.ts";

const kinds = { 400: "invalid", 401: "unauthenticated", 403: "forbidden", 404: "not-found", 409: "conflict" } as const;

/** A client of the engine over its Unix socket; holds no connection between calls. */
export interface EngineClient {
	/**
	 * Makes one call.
	 * @throws AppError as the engine said it, or `engine-down` (retryable) where nothing listens
	 */
	call<N extends CallName>(name: N, input: CallInput<N>, options?: { signal?: AbortSignal }): Promise<CallOutput<N>>;
	/** Follows a stream; leaving the loop ends it. */
	stream<N extends StreamName>(
		name: N,
		input: StreamInput<N>,
		options?: { signal?: AbortSignal },
	): AsyncGenerator<StreamItem<N>, void, void>;
}

/** @param socketPath `$FAULTLINE_DATA/engine.sock` */
export function createEngineClient(socketPath: string): EngineClient {
	const send = (method: string, path: string, body: string | undefined, signal: AbortSignal | undefined) =>
		new Promise<import("node:http").IncomingMessage>((resolve, reject) => {
			const outgoing = request({ socketPath, method, path, signal, headers: { "content-type": "application/json" } }, resolve);
			outgoing.on("error", (cause: NodeJS.ErrnoException) => {
				const down = cause.code === "ENOENT" || cause.code === "ECONNREFUSED" || cause.code === "ECONNRESET";
				reject(down ? new AppError("engine-down", "The engine does not answer.", { retryable: true, mend: "npm start", cause }) : cause);
			});
			outgoing.end(body);
		});

	async function failure(response: import("node:http").IncomingMessage): Promise<never> {
		const chunks: Buffer[] = [];
		for await (const chunk of response) chunks.push(chunk as Buffer);
		throw asError(JSON.parse(Buffer.concat(chunks).toString("utf8")), response.statusCode ?? 500);
	}

	function asError(body: unknown, status: number): AppError {
		const { code, message, mend } = errorBody.parse((body as { error: unknown }).error);
		return new AppError(code, message, { mend, kind: kinds[status as keyof typeof kinds] ?? "platform" });
	}

	return {
		async call(name, input, options = {}) {
			const response = await send("POST", `/call/${name}`, JSON.stringify(input), options.signal);
			if (response.statusCode !== 200) return failure(response);
			const chunks: Buffer[] = [];
			for await (const chunk of response) chunks.push(chunk as Buffer);
			return calls[name].output.parse(JSON.parse(Buffer.concat(chunks).toString("utf8"))) as never;
		},
		async *stream(name, input, options = {}) {
			const query = new URLSearchParams({ input: JSON.stringify(input) });
			const response = await send("GET", `/stream/${name}?${query}`, undefined, options.signal);
			if (response.statusCode !== 200) return failure(response);
			try {
				for await (const line of createInterface({ input: response })) {
					const item = JSON.parse(line);
					if (item !== null && typeof item === "object" && "error" in item) throw asError(item, item.status ?? 500);
					yield streams[name].item.parse(item) as never;
				}
			} catch (cause) {
				// The connection broke in the middle: the engine was killed. Whoever left has a reason of their own.
				const broken = (cause as NodeJS.ErrnoException)?.code === "ECONNRESET" && !options.signal?.aborted;
				throw broken
					? new AppError("engine-down", "The engine has ended meanwhile.", { retryable: true, mend: "npm start", cause })
					: cause;
			} finally {
				response.destroy();
			}
		},
	};
}
