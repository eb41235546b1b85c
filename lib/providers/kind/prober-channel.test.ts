import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createLabProbes } from "./lab-probes.ts";
import { createProberChannel, type ProberChannel } from "./prober-channel.ts";
import { connectUnix } from "./prober-container.ts";

type Request = { id: string; host: string };
let answer: (request: Request, socket: Socket) => void;
let server: Server;
let connections: number;
let dir: string;
let folder: number;
let channel: ProberChannel;
const open = new Set<Socket>();

beforeEach(async () => {
	connections = 0;
	// Longer than the 107 bytes that the address of a socket may have.
	dir = mkdtempSync(join(tmpdir(), `faultline-${"long".repeat(30)}-`));
	server = createServer((socket) => {
		connections++;
		open.add(socket);
		socket.on("error", () => {});
		createInterface({ input: socket }).on("line", (line) => answer(JSON.parse(line), socket));
	});
	const path = join(dir, "p.sock");
	folder = openSync(dir, "r");
	await new Promise<void>((resolve) => server.listen(`/proc/self/fd/${folder}/p.sock`, resolve));
	channel = createProberChannel(() => connectUnix(path));
});

afterEach(async () => {
	await channel.close();
	for (const socket of open) socket.destroy();
	await new Promise((resolve) => server.close(resolve));
	closeSync(folder);
	rmSync(dir, { recursive: true });
});

const tcp = (host: string) => ({ kind: "tcp" as const, host, port: 80, timeoutMs: 1000, from: { pid: 1 } });
const reply = (socket: Socket, id: string, detail: string) =>
	socket.write(`${JSON.stringify({ id, outcome: "answered", detail, durationMs: 1 })}\n`);

test("returns results in the order of the requests, whatever the order of the answers", async () => {
	const seen: Request[] = [];
	answer = (request, socket) => {
		seen.push(request);
		if (seen.length === 3) for (const one of seen.toReversed()) reply(socket, one.id, one.host);
	};
	const results = await channel.probe([tcp("a"), tcp("b"), tcp("c")]);
	expect(results.map((result) => result.detail)).toEqual(["a", "b", "c"]);
	expect(connections).toBe(1);
});

test("answers prober-error when the prober dies, and connects anew for the next", async () => {
	answer = (_, socket) => socket.destroy();
	expect((await channel.probe([tcp("a")]))[0]?.outcome).toBe("prober-error");
	answer = (request, socket) => reply(socket, request.id, request.host);
	expect((await channel.probe([tcp("b")]))[0]?.outcome).toBe("answered");
	expect(connections).toBe(2);
});

test("answers prober-error for what the prober says wrongly, and for a request that makes no sense", async () => {
	answer = (request, socket) => socket.write(`not json\n${JSON.stringify({ id: request.id, outcome: "fine" })}\n`);
	const results = await channel.probe([tcp("a"), { kind: "tcp", from: { pid: 1 } }]);
	expect(results.map((result) => result.outcome)).toEqual(["prober-error", "prober-error"]);
});

test("stops waiting when aborted", async () => {
	const abort = new AbortController();
	answer = () => abort.abort(new Error("enough"));
	await expect(channel.probe([tcp("a")], abort.signal)).rejects.toThrow("enough");
});

test("keeps at most 256 probes under way", async () => {
	let under = 0;
	let most = 0;
	answer = (request, socket) => {
		most = Math.max(most, ++under);
		setImmediate(() => {
			under--;
			reply(socket, request.id, request.host);
		});
	};
	const results = await channel.probe(Array.from({ length: 600 }, (_, index) => tcp(String(index))));
	expect(results.every((result) => result.outcome === "answered")).toBe(true);
	expect(most).toBeLessThanOrEqual(256);
});

test("asks for a container's process again when it is gone", async () => {
	const pids = [7, 8];
	answer = (request, socket) => {
		const { pid } = (request as unknown as { from: { pid: number } }).from;
		const outcome = pid === 8 ? "answered" : "no-vantage";
		socket.write(`${JSON.stringify({ id: request.id, outcome, durationMs: 1 })}\n`);
	};
	const probe = createLabProbes({ channel, workstation: "ws", edge: "edge", pid: async () => pids.shift() });
	const { from: _, ...rest } = tcp("a");
	expect((await probe([{ ...rest, from: { workstation: true } }]))[0]?.outcome).toBe("answered");
	expect(pids).toEqual([]);
});
