import { AppError, toErrorBody } from "#lib/core/errors.ts";
import { eventStreamHeaders, eventStreamStart, eventText } from "#lib/protocol/browser-events.ts";
import type { Lab } from "#lib/protocol/lab.ts";

/** Proxies and browsers give up on silence; a comment line is not silence. */
const heartbeatMs = 15_000;

/**
 * Labs as Server-Sent Events: `lab`, `failure`, and `end` where nothing can follow. Where the engine is lost the
 * connection just ends, and the browser's EventSource comes back by itself.
 * @param open follows the engine until the signal says that the browser has left
 * @param last whether nothing comes after this item
 */
export function eventStream(request: Request, open: (signal: AbortSignal) => AsyncIterable<Lab>, last: (lab: Lab) => boolean): Response {
	const left = new AbortController();
	request.signal.addEventListener("abort", () => left.abort(), { once: true });
	const encoder = new TextEncoder();
	const body = new ReadableStream<Uint8Array>({
		async start(controller) {
			const write = (text: string) => !left.signal.aborted && controller.enqueue(encoder.encode(text));
			const heartbeat = setInterval(() => write(": still here\n\n"), heartbeatMs);
			// At once, so that the browser knows the stream is open.
			write(eventStreamStart);
			try {
				for await (const lab of open(left.signal)) {
					write(eventText("lab", lab));
					if (last(lab)) {
						write(eventText("end", {}));
						break;
					}
				}
			} catch (error) {
				if (!left.signal.aborted) {
					write(eventText("failure", toErrorBody(error)));
					// Asking again can't help: without this the browser would, for ever.
					if (error instanceof AppError && error.kind === "not-found") write(eventText("end", {}));
				}
			} finally {
				clearInterval(heartbeat);
				if (!left.signal.aborted) controller.close();
			}
		},
		cancel: () => left.abort(),
	});
	return new Response(body, { headers: eventStreamHeaders });
}
