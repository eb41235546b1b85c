import type { ErrorBody } from "../core/errors.ts";

/** How long a browser waits before it asks again for events that ended. */
const retryMs = 1000;

export const eventStreamHeaders = {
	"content-type": "text/event-stream; charset=utf-8",
	"cache-control": "no-store, no-transform",
	"x-accel-buffering": "no",
} as const;

/** The first lines of a stream of Server-Sent Events. */
export const eventStreamStart = `retry: ${retryMs}\n\n`;

/** One Server-Sent Event. */
export function eventText(name: "lab" | "failure" | "end", data: unknown): string {
	return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

/**
 * A whole stream, status 200, that says an error and ends. An EventSource asks again after this; after any other status
 * it would give up for good.
 */
export function passingFailure(error: ErrorBody): string {
	return eventStreamStart + eventText("failure", error);
}

/** Whether a browser's EventSource asks. @param accept the request's Accept header */
export function asksForEvents(accept: string | null | undefined): boolean {
	return (accept ?? "").includes("text/event-stream");
}
