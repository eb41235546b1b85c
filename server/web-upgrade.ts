import type { IncomingMessage } from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { AppError } from "../lib/core/errors.ts";
import type { Logger } from "../lib/core/log.ts";
import type { WebAccess } from "./web-access.ts";
import { refuseUpgrade } from "./web-answer.ts";

/** What the engine needs of the browser's request; cookies and all else stay here. */
const forwarded = [
	"upgrade",
	"connection",
	"sec-websocket-key",
	"sec-websocket-version",
	"sec-websocket-protocol",
	"sec-websocket-extensions",
];

export interface UpgradeOptions {
	access: WebAccess;
	/** The engine's Unix socket. */
	socketPath: string;
	log: Logger;
}

/** Passes terminals' WebSockets on to the engine, byte for byte in both directions, once they may come in. */
export function createUpgradeHandler({ access, socketPath, log }: UpgradeOptions) {
	return async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
		socket.on("error", (error) => log.debug({ error: error.message }, "a browser's terminal connection failed"));
		try {
			access.checkOrigin(request, { upgrade: true });
			const url = new URL(request.url ?? "/", "http://web");
			if (url.pathname !== "/terminal") throw new AppError("not-found", "There is no WebSocket here.", { kind: "not-found" });
			await access.checkRole(request, "shell.connect");
			if (!socket.destroyed) passOn(`/terminal${url.search}`, request, socket, head);
		} catch (error) {
			refuseUpgrade(socket, error);
		}
	};

	function passOn(path: string, request: IncomingMessage, browser: Duplex, head: Buffer): void {
		const engine = connect(socketPath);
		let open = false;
		engine.once("connect", () => {
			open = true;
			const headers = forwarded.flatMap((name) => (request.headers[name] === undefined ? [] : [`${name}: ${request.headers[name]}`]));
			engine.write([`GET ${path} HTTP/1.1`, "host: engine", ...headers, "", ""].join("\r\n"));
			engine.write(head);
			// pipe keeps each side from running ahead of the other.
			browser.pipe(engine);
			engine.pipe(browser);
		});
		engine.on("error", (cause) => {
			log.debug({ error: cause.message }, "the engine's end of a terminal connection failed");
			if (!open)
				refuseUpgrade(browser, new AppError("engine-down", "The engine does not answer.", { retryable: true, mend: "npm start", cause }));
		});
		engine.on("close", () => open && browser.destroy());
		browser.on("close", () => engine.destroy());
	}
}
