import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Action } from "../lib/auth/authorisation.ts";
import { createOriginPolicy } from "../lib/auth/origin-policy.ts";
import { writeSessionCookie } from "../lib/auth/session-cookie.ts";
import { AppError } from "../lib/core/errors.ts";
import type { Logger } from "../lib/core/log.ts";
import { createEngineClient } from "../lib/protocol/client.ts";
import { createWebAccess } from "./web-access.ts";
import { answerError, goOnPage } from "./web-answer.ts";
import { securityHeaders } from "./web-headers.ts";
import { createUpgradeHandler } from "./web-upgrade.ts";

export interface WebServerOptions {
	host: string;
	port: number;
	origins: readonly string[];
	/** The engine's Unix socket. */
	socketPath: string;
	log: Logger;
	/** Pages and routes: Next's request handler. */
	handlePage(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

const signedOutPath = "/signed-out";

/**
 * The server in front of Next: who may come in, under which name, with which headers. It knows nothing of labs.
 * Close it with `close` and `closeAllConnections`; terminals' sockets end with it.
 */
export function createWebServer({ host, port, origins, socketPath, log, handlePage }: WebServerOptions): Server {
	const policy = createOriginPolicy({ host, port, origins });
	const engine = createEngineClient(socketPath);
	const access = createWebAccess({ policy, engine, port });
	const upgrade = createUpgradeHandler({ access, socketPath, log });
	const upgraded = new Set<Duplex>();

	async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
		access.checkOrigin(request, { upgrade: false });
		const nonce = randomBytes(16).toString("base64");
		const headers = securityHeaders({ nonce, host: request.headers.host ?? "", secure: policy.isSecure(request.headers.host) });
		for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
		// Next takes the nonce for its own scripts from the request's policy; pages take it from x-nonce.
		request.headers["content-security-policy"] = headers["content-security-policy"];
		request.headers["x-nonce"] = nonce;
		const url = new URL(request.url ?? "/", "http://web");
		// A path that begins with two slashes is an address to a browser that is sent there.
		if (!/^\/(?![/\\])/.test(request.url ?? "") || url.pathname.startsWith("//")) {
			throw new AppError("bad-path", "A path begins with one slash.", { kind: "invalid" });
		}
		if (url.pathname === "/owner") return enter(request, response, url.searchParams.get("token") ?? "");
		try {
			await access.checkRole(request, actionOf(url.pathname));
		} catch (error) {
			if (!isSignedOut(error) || !asksForPage(request, url.pathname)) throw error;
			if (comesFromElsewhere(request)) return sendPage(response, goOnPage(url.pathname + url.search));
			request.url = signedOutPath;
		}
		await handlePage(request, response);
	}

	/** The owner's address: spends its token for a session. */
	async function enter(request: IncomingMessage, response: ServerResponse, token: string): Promise<void> {
		if (request.method !== "GET" || /prefetch|preview/i.test(String(request.headers["sec-purpose"] ?? request.headers.purpose ?? ""))) {
			throw new AppError("owner-address", "The owner's address is opened in a browser, once.", { kind: "invalid" });
		}
		try {
			const { session, expiresAt } = await engine.call("auth.redeem", { token });
			const secure = policy.isSecure(request.headers.host);
			response.setHeader("set-cookie", writeSessionCookie({ session, expiresAt, port, secure }));
		} catch (error) {
			// Opened a second time by the browser that has its session already: no reason to complain.
			const known = await access.checkRole(request, "page.read").catch(() => "nobody");
			if (known === "nobody") throw error;
		}
		// A redirect of a link on another site would go without the new cookie (SameSite=Strict); a page of ours goes with it.
		if (comesFromElsewhere(request)) return sendPage(response, goOnPage("/"));
		response.writeHead(303, { location: "/", "cache-control": "no-store" }).end();
	}

	const server = createServer({ requestTimeout: 60_000, headersTimeout: 20_000, keepAliveTimeout: 10_000 }, (request, response) => {
		handle(request, response).catch((error: unknown) => {
			if (!(error instanceof AppError)) log.error({ error, url: pathOf(request) }, "a request failed");
			answerError(request, response, error);
		});
	});
	server.on("upgrade", (request, socket, head) => {
		upgraded.add(socket);
		socket.once("close", () => upgraded.delete(socket));
		void upgrade(request, socket, head);
	});
	// Node's own `close` waits for these for ever.
	const { closeAllConnections } = server;
	server.closeAllConnections = () => {
		for (const socket of upgraded) socket.destroy();
		closeAllConnections.call(server);
	};
	return server;
}

/** Without the query: an owner's token must not reach a log. */
function pathOf(request: IncomingMessage): string {
	return (request.url ?? "").split("?")[0] ?? "";
}

/** The row of the table for what reaches Next. Routes below /api name their own rows; this one is the gate before them. */
function actionOf(path: string): Action {
	if (path === signedOutPath) return "page.signed-out";
	return /^\/(_next\/static\/|favicon\.ico$|icon[.-])/.test(path) ? "asset.read" : "page.read";
}

function isSignedOut(error: unknown): boolean {
	return error instanceof AppError && error.code === "signed-out";
}

function asksForPage(request: IncomingMessage, path: string): boolean {
	const reads = request.method === "GET" || request.method === "HEAD";
	return reads && !path.startsWith("/api/") && (request.headers.accept ?? "").includes("text/html");
}

/** A link on another site was followed. (Typed addresses and bookmarks are `none`.) */
function comesFromElsewhere(request: IncomingMessage): boolean {
	const site = request.headers["sec-fetch-site"];
	return request.headers["sec-fetch-mode"] === "navigate" && (site === "cross-site" || site === "same-site");
}

function sendPage(response: ServerResponse, html: string): void {
	response.writeHead(200, { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" }).end(html);
}
