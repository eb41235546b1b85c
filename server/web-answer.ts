import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { AppError, type ErrorBody, errorKind, toErrorBody } from "../lib/core/errors.ts";
import { asksForEvents, eventStreamHeaders, passingFailure } from "../lib/protocol/browser-events.ts";

const statuses = { invalid: 400, unauthenticated: 401, forbidden: 403, "not-found": 404, conflict: 409, platform: 500 } as const;
const ownStatuses: Record<string, number> = { "wrong-host": 421, "engine-down": 503 };

export function statusOf(error: unknown): number {
	return (error instanceof AppError ? ownStatuses[error.code] : undefined) ?? statuses[errorKind(error)];
}

/** Says an error to whoever asks: a page to a person, JSON to a program. */
export function answerError(request: IncomingMessage, response: ServerResponse, error: unknown): void {
	if (response.headersSent) return void response.destroy();
	const status = statusOf(error);
	const body = toErrorBody(error);
	if (status === 503 && asksForEvents(request.headers.accept)) {
		return void response.writeHead(200, eventStreamHeaders).end(passingFailure(body));
	}
	const person = (request.headers.accept ?? "").includes("text/html") && !(request.url ?? "").startsWith("/api/");
	const text = person ? errorPage(body, status) : JSON.stringify({ error: body });
	// What was asked may go on being sent: it is not read.
	response.writeHead(status, {
		"content-type": person ? "text/html; charset=utf-8" : "application/json",
		"content-length": Buffer.byteLength(text),
		"cache-control": "no-store",
		...(status === 503 ? { "retry-after": "2" } : {}),
		...(request.method === "GET" || request.method === "HEAD" ? {} : { connection: "close" }),
	});
	response.end(request.method === "HEAD" ? undefined : text);
}

/** The same on a socket that asked for a WebSocket. */
export function refuseUpgrade(socket: Duplex, error: unknown): void {
	const text = JSON.stringify({ error: toErrorBody(error) });
	const lines = [
		`HTTP/1.1 ${statusOf(error)} Refused`,
		"content-type: application/json",
		`content-length: ${Buffer.byteLength(text)}`,
		"connection: close",
	];
	socket.end(`${lines.join("\r\n")}\r\n\r\n${text}`, () => socket.destroy());
}

/** A page that goes on to a path of ours by itself. Coming from here the browser sends its SameSite=Strict cookie. */
export function goOnPage(path: string): string {
	return page(
		"Faultline",
		`<meta http-equiv="refresh" content="0; url=${escapeHtml(path)}">`,
		`<p><a href="${escapeHtml(path)}">Go on</a></p>`,
	);
}

function errorPage({ message, mend }: ErrorBody, status: number): string {
	const again = status === 503 ? '<meta http-equiv="refresh" content="3">' : "";
	const help = mend ? `<p>What helps: <code>${escapeHtml(mend)}</code></p>` : "";
	const wait = status === 503 ? "<p>This page tries again by itself. Labs, shells and attempts are safe meanwhile.</p>" : "";
	return page("Faultline", again, `<h1>${escapeHtml(message)}</h1>${help}${wait}`);
}

function page(title: string, head: string, body: string): string {
	return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title}</title>${head}<style>:root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;max-width:38rem;margin:20vh auto;padding:0 1rem}
h1{font-size:1.2rem;font-weight:600}</style></head><body><main>${body}</main></body></html>`;
}

function escapeHtml(text: string): string {
	return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
