import { on, once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, request as send } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { createLogger } from "../lib/core/log.ts";
import { createWebServer } from "./web-server.ts";

const session = "s".repeat(43);
const token = "t".repeat(43);
const log = createLogger("test", "silent");

let folder: string;
let socketPath: string;
let engine: Server | undefined;
let web: Server;
let port: number;
let pages: IncomingMessage[];
let calls: string[];
let upgrades: IncomingMessage[];

/** An engine on its Unix socket that knows one session and one invite, and echoes what a terminal sends. */
async function startEngine() {
	const sockets = new WebSocketServer({ noServer: true });
	engine = createServer(async (request, response) => {
		let body = "";
		for await (const chunk of request) body += chunk;
		const input = JSON.parse(body);
		calls.push(request.url ?? "");
		if (request.url === "/call/auth.session") return response.end(JSON.stringify(input.session === session ? { role: "owner" } : null));
		if (request.url === "/call/auth.redeem" && input.token === token && calls.filter((call) => call === "/call/auth.redeem").length === 1) {
			return response.end(JSON.stringify({ session, expiresAt: 1_900_000_000_000 }));
		}
		response.writeHead(401).end(JSON.stringify({ error: { code: "invite-spent", message: "This owner address was used already." } }));
	});
	engine.on("upgrade", (request, socket, head) => {
		upgrades.push(request);
		sockets.handleUpgrade(request, socket, head, (one) => one.on("message", (data, binary) => one.send(data, { binary })));
	});
	engine.listen(socketPath);
	await once(engine, "listening");
}

async function stopEngine() {
	if (!engine) return;
	engine.closeAllConnections();
	for (const request of upgrades) request.socket.destroy();
	engine.close();
	await once(engine, "close");
	engine = undefined;
}

beforeEach(async () => {
	folder = mkdtempSync(join(tmpdir(), "faultline-web-"));
	socketPath = join(folder, "engine.sock");
	[pages, calls, upgrades] = [[], [], []];
	await startEngine();
	web = createWebServer({
		host: "127.0.0.1",
		port: 3000,
		origins: ["https://labs.example.org"],
		socketPath,
		log,
		async handlePage(request, response) {
			pages.push(request);
			response.end(`page ${request.url}`);
		},
	});
	web.listen(0, "127.0.0.1");
	await once(web, "listening");
	port = (web.address() as AddressInfo).port;
});
afterEach(async () => {
	web.closeAllConnections();
	web.close();
	await stopEngine();
	rmSync(folder, { recursive: true });
});

const signedIn = { cookie: `faultline-session-3000=${session}` };
const person = { accept: "text/html" };

async function ask(path: string, { method = "GET", headers = {} }: { method?: string; headers?: Record<string, string> } = {}) {
	const outgoing = send({ port, path, method, headers: { host: "localhost:3000", ...headers } });
	outgoing.end();
	const [response] = (await once(outgoing, "response")) as [IncomingMessage];
	let body = "";
	for await (const chunk of response) body += chunk;
	return { status: response.statusCode, headers: response.headers, body };
}

test("a page comes with a session, its headers, and a nonce of its own", async () => {
	const first = await ask("/", { headers: { ...signedIn, ...person } });
	const second = await ask("/", { headers: { ...signedIn, ...person } });
	expect([first.status, first.body]).toEqual([200, "page /"]);
	expect(first.headers).toMatchObject({ "x-frame-options": "DENY", "x-content-type-options": "nosniff", "referrer-policy": "no-referrer" });
	const policy = String(first.headers["content-security-policy"]);
	const nonce = /'nonce-([^']+)'/.exec(policy)?.[1];
	expect(policy).toContain("default-src 'self'");
	expect(policy).toContain("connect-src 'self' ws://localhost:3000");
	expect(policy).not.toMatch(/script-src[^;]*unsafe/);
	expect(pages[0]?.headers["x-nonce"]).toBe(nonce);
	expect(pages[0]?.headers["content-security-policy"]).toBe(policy);
	expect(second.headers["content-security-policy"]).not.toBe(policy);
});

test("a browser cannot choose its own nonce or policy", async () => {
	await ask("/", { headers: { ...signedIn, "x-nonce": "mine", "content-security-policy": "script-src 'nonce-mine'" } });
	expect(pages[0]?.headers["x-nonce"]).not.toBe("mine");
	expect(pages[0]?.headers["content-security-policy"]).not.toContain("mine");
});

test.each(["GET", "POST"])("a %s under another name is 421, whatever cookie it has", async (method) => {
	const answer = await ask("/", { method, headers: { ...signedIn, host: "evil.example:3000", origin: "http://evil.example:3000" } });
	expect(answer.status).toBe(421);
	expect(JSON.parse(answer.body).error).toMatchObject({ code: "wrong-host", mend: expect.stringContaining("FAULTLINE_ORIGINS=") });
	expect(pages).toHaveLength(0);
});

test.each(["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])("%s needs an Origin of ours", async (method) => {
	for (const origin of [undefined, "null", "http://evil.example", "http://localhost:9999"]) {
		const answer = await ask("/api/labs", { method, headers: { ...signedIn, ...(origin ? { origin } : {}) } });
		expect(answer.status).toBe(403);
		expect(JSON.parse(answer.body).error.code).toBe("wrong-origin");
	}
	const own = await ask("/api/labs", { method, headers: { ...signedIn, origin: "http://localhost:3000" } });
	expect(own.status).toBe(200);
	expect(pages).toHaveLength(1);
});

test("without a session a person sees how to get one, a program 401; assets need none", async () => {
	const page = await ask("/labs/abc", { headers: person });
	expect(page.body).toBe("page /signed-out");
	const program = await ask("/api/labs", { headers: person });
	expect(program.status).toBe(401);
	expect(JSON.parse(program.body).error.code).toBe("signed-out");
	const forged = await ask("/api/labs", { headers: { cookie: `faultline-session-3000=${"x".repeat(43)}` } });
	expect(forged.status).toBe(401);
	expect((await ask("/_next/static/chunk.js")).body).toBe("page /_next/static/chunk.js");
	expect((await ask("/_next/image?url=x")).status).toBe(401);
});

test("a link from another site goes on from a page of ours, so that the strict cookie comes along", async () => {
	const headers = { ...person, "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };
	const answer = await ask("/labs/abc?x=1&y=2", { headers });
	expect(answer.status).toBe(200);
	expect(answer.body).toContain('content="0; url=/labs/abc?x=1&#38;y=2"');
	const owner = await ask(`/owner?token=${token}`, { headers });
	expect(owner.headers["set-cookie"]).toHaveLength(1);
	expect(owner.body).toContain('content="0; url=/"');
});

test("the owner's address gives a session once", async () => {
	const first = await ask(`/owner?token=${token}`, { headers: person });
	expect([first.status, first.headers.location]).toEqual([303, "/"]);
	const cookie = String(first.headers["set-cookie"]?.[0]);
	expect(cookie).toMatch(/^faultline-session-3000=s{43}; Path=\/; HttpOnly; SameSite=Strict; Expires=/);
	const again = await ask(`/owner?token=${token}`, { headers: person });
	expect(again.status).toBe(401);
	expect(again.headers["set-cookie"]).toBeUndefined();
	expect(again.body).toContain("used already");
	const mine = await ask(`/owner?token=${token}`, { headers: { ...person, cookie: cookie.split(";")[0] as string } });
	expect([mine.status, mine.headers.location]).toEqual([303, "/"]);
});

test("a preview of the owner's address does not spend it", async () => {
	expect((await ask(`/owner?token=${token}`, { method: "HEAD" })).status).toBe(400);
	expect((await ask(`/owner?token=${token}`, { headers: { "sec-purpose": "prefetch" } })).status).toBe(400);
	expect((await ask(`/owner?token=${token}`)).status).toBe(303);
});

test("by https the cookie is for https only", async () => {
	const answer = await ask(`/owner?token=${token}`, { headers: { host: "labs.example.org" } });
	expect(answer.headers["set-cookie"]?.[0]).toMatch(/; Secure$/);
	expect(answer.headers["content-security-policy"]).toContain("wss://labs.example.org");
});

test("without the engine it is 503 in words, and whole again when the engine is back", async () => {
	await stopEngine();
	const page = await ask("/", { headers: { ...signedIn, ...person } });
	expect(page.status).toBe(503);
	expect(page.body).toContain("The engine does not answer.");
	const program = await ask("/api/labs", { headers: signedIn });
	expect([program.status, JSON.parse(program.body).error.code]).toEqual([503, "engine-down"]);
	// Any other status would make a browser's EventSource give up for good.
	const events = await ask("/api/labs/events", { headers: { ...signedIn, accept: "text/event-stream" } });
	expect([events.status, events.headers["content-type"]]).toEqual([200, "text/event-stream; charset=utf-8"]);
	expect(events.body).toContain('event: failure\ndata: {"code":"engine-down"');
	await startEngine();
	expect((await ask("/", { headers: signedIn })).status).toBe(200);
});

function dial(path: string, headers: Record<string, string>) {
	return new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers: { host: "localhost:3000", ...headers } });
}

async function refusal(path: string, headers: Record<string, string>): Promise<number | undefined> {
	const socket = dial(path, headers);
	socket.on("error", () => {});
	const [, response] = (await once(socket, "unexpected-response")) as [unknown, IncomingMessage];
	response.resume();
	return response.statusCode;
}

const ownPage = { ...signedIn, origin: "http://localhost:3000" };

test("a terminal's bytes pass both ways, without the cookie, large ones too", async () => {
	const socket = dial("/terminal?ticket=abc&from=7", ownPage);
	await once(socket, "open");
	const big = Buffer.alloc(5_000_000, "x");
	socket.send(big);
	socket.send(Buffer.from("small"));
	const got: Buffer[] = [];
	for await (const [data] of messages(socket)) {
		got.push(data as Buffer);
		if (got.length === 2) break;
	}
	expect(got[0]?.equals(big)).toBe(true);
	expect(got[1]?.toString()).toBe("small");
	expect(upgrades[0]?.url).toBe("/terminal?ticket=abc&from=7");
	expect(upgrades[0]?.headers.cookie).toBeUndefined();
	socket.close();
	await once(socket, "close");
});

async function* messages(socket: WebSocket) {
	yield* on(socket, "message");
}

test("a terminal needs our name, our page and a session", async () => {
	expect(await refusal("/terminal", { ...ownPage, host: "evil.example" })).toBe(421);
	expect(await refusal("/terminal", { ...ownPage, origin: "http://evil.example" })).toBe(403);
	expect(await refusal("/terminal", signedIn)).toBe(403);
	expect(await refusal("/terminal", { origin: "http://localhost:3000" })).toBe(401);
	expect(await refusal("/other", ownPage)).toBe(404);
	expect(upgrades).toHaveLength(0);
});

test("a terminal says that the engine is down, and ends when the engine does", async () => {
	const socket = dial("/terminal?ticket=abc", ownPage);
	await once(socket, "open");
	const closed = once(socket, "close");
	await stopEngine();
	await closed;
	expect(await refusal("/terminal?ticket=abc", ownPage)).toBe(503);
});
