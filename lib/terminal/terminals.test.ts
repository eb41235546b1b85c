import { once } from "node:events";
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { WebSocket } from "ws";
import { systemClock } from "../core/clock.ts";
import { createLogger } from "../core/log.ts";
import { createTerminals, type ShellEvent, type Terminals } from "./terminals.ts";
import { startTestShellHost, type TestShellHost } from "./testing/shell-host.ts";

let folder: string;
let host: TestShellHost;
let terminals: Terminals;
let server: Server;
let events: ShellEvent[];

function startEngine() {
	return createTerminals({
		dataDir: folder,
		clock: systemClock,
		log: createLogger("test", "silent"),
		environmentOf: async () => host.environment,
		onEvent: (_, event) => events.push(event),
	});
}

beforeEach(async () => {
	folder = mkdtempSync(join(tmpdir(), "faultline-terminals-"));
	host = await startTestShellHost(folder, ["/bin/bash", "--noprofile", "--norc", "--noediting"]);
	events = [];
	terminals = startEngine();
	server = createServer();
	server.on("upgrade", (request, socket, head) => terminals.handleUpgrade(request, socket, head));
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
});
afterEach(async () => {
	terminals.shutdown();
	server.closeAllConnections();
	server.close();
	await host.close();
	rmSync(folder, { recursive: true });
});

/** A browser: acknowledges what it gets. */
function dial(query: string) {
	const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/terminal?${query}`);
	let text = "";
	let offset = 0;
	let wake = () => {};
	const controls: { type: string; offset?: number; code?: number }[] = [];
	socket.on("error", () => {});
	socket.on("message", (data: Buffer, binary) => {
		if (binary) {
			text += data.toString("utf8");
			offset += data.length;
			socket.send(JSON.stringify({ type: "ack", offset }));
		} else {
			const control = JSON.parse(data.toString());
			controls.push(control);
			if (control.type === "start") offset = control.offset;
		}
		wake();
	});
	return {
		socket,
		controls,
		text: () => text,
		offset: () => offset,
		async until(condition: () => boolean) {
			while (!condition()) await new Promise<void>((resolve) => (wake = resolve));
		},
	};
}

async function refusal(query: string): Promise<{ status: number | undefined; code: string }> {
	const { socket } = dial(query);
	const [, response] = (await once(socket, "unexpected-response")) as [unknown, IncomingMessage];
	let body = "";
	for await (const chunk of response) body += chunk;
	return { status: response.statusCode, code: JSON.parse(body).error.code };
}

test("a shell is opened, seen through a ticket, and its end is told", async () => {
	const shell = terminals.open("lab1");
	expect(terminals.list("lab1")).toEqual([{ id: shell.id, title: "Shell 1" }]);
	const browser = dial(`ticket=${terminals.ticket("lab1", shell.id)}`);
	await once(browser.socket, "open");
	browser.socket.send(JSON.stringify({ type: "resize", cols: 91, rows: 17 }));
	browser.socket.send(Buffer.from("stty size; exit 4\r"));
	const [code] = await once(browser.socket, "close");
	expect(code).toBe(1000);
	expect(browser.text()).toContain("17 91");
	expect(browser.controls.at(-1)).toEqual({ type: "exit", code: 4 });
	expect(terminals.list("lab1")).toEqual([]);
	expect(events.map((event) => event.kind)).toEqual(["opened", "exited"]);
});

test("a ticket is spent by one connection, and none is given for what is not there", async () => {
	const shell = terminals.open("lab1");
	const ticket = terminals.ticket("lab1", shell.id);
	const browser = dial(`ticket=${ticket}`);
	await once(browser.socket, "open");
	expect(await refusal(`ticket=${ticket}`)).toEqual({ status: 401, code: "ticket-refused" });
	expect(await refusal("from=0")).toEqual({ status: 400, code: "bad-terminal-request" });
	expect(await refusal(`ticket=${terminals.ticket("lab1", shell.id)}&from=-1`)).toMatchObject({ status: 400 });
	expect(() => terminals.ticket("lab2", shell.id)).toThrow("This shell has ended.");
	expect(() => terminals.list("../lab1")).toThrow("no lab's id");
});

test("what is no control message ends the connection, not the shell", async () => {
	const shell = terminals.open("lab1");
	for (const bad of ["{", '{"type":"resize","cols":1e9,"rows":2}', '{"type":"run"}']) {
		const browser = dial(`ticket=${terminals.ticket("lab1", shell.id)}`);
		await once(browser.socket, "open");
		browser.socket.send(bad);
		const [code] = await once(browser.socket, "close");
		expect(code).toBe(4400);
	}
	const large = dial(`ticket=${terminals.ticket("lab1", shell.id)}`);
	await once(large.socket, "open");
	large.socket.send(Buffer.alloc(64 * 1024 + 1));
	const [code] = await once(large.socket, "close");
	expect(code).toBe(1009);
	expect(terminals.list("lab1")).toHaveLength(1);
});

test("the next engine takes up the shells where the last one was killed", async () => {
	const [first, second] = [terminals.open("lab1"), terminals.open("lab1")];
	const browser = dial(`ticket=${terminals.ticket("lab1", first.id)}`);
	await once(browser.socket, "open");
	browser.socket.send(Buffer.from("mark=here; echo before-$mark\r"));
	await browser.until(() => browser.text().includes("before-here"));
	const closed = once(browser.socket, "close");
	terminals.shutdown();
	expect((await closed)[0]).toBe(1001);
	appendFileSync(join(folder, "attempts", "lab1", `${first.id}.cast`), '[3,"o","torn');

	terminals = startEngine();
	expect(terminals.list("lab1")).toEqual([first, second]);
	const again = dial(`ticket=${terminals.ticket("lab1", first.id)}&from=${browser.offset()}`);
	await once(again.socket, "open");
	again.socket.send(Buffer.from("echo after-$mark\r"));
	await again.until(() => again.text().includes("after-here"));
	expect(again.text()).not.toContain("before");
});

test("closing a shell ends its programs; the end of a lab ends all of its shells, for good", async () => {
	const [first, second] = [terminals.open("lab1"), terminals.open("lab1")];
	const browser = dial(`ticket=${terminals.ticket("lab1", first.id)}`);
	await once(browser.socket, "open");
	await browser.until(() => /[#$] $/.test(browser.text()));
	const closed = once(browser.socket, "close");
	await terminals.close("lab1", first.id);
	expect((await closed)[0]).toBe(1000);
	expect(terminals.list("lab1")).toEqual([second]);
	expect(terminals.open("lab1").title).toBe("Shell 1");
	terminals.endLab("lab1");
	expect(terminals.list("lab1")).toEqual([]);
	terminals.shutdown();
	terminals = startEngine();
	expect(terminals.list("lab1")).toEqual([]);
});

test("there is a limit to the shells of a lab", () => {
	for (let count = 0; count < 8; count++) terminals.open("lab1");
	expect(() => terminals.open("lab1")).toThrow("at most 8 shells");
});
