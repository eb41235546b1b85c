import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../core/clock.ts";
import { createLogger } from "../core/log.ts";
import type { FromServer } from "../protocol/terminal.ts";
import { type Pty, type PtyOptions, spawnPty } from "./pty.ts";
import { createRecording, openRecording } from "./recording.ts";
import { createSession, type Session, type Viewer, type ViewerConnection } from "./session.ts";
import { startTestShellHost, type TestShellHost } from "./testing/shell-host.ts";

let folder: string;
let path: string;
let host: TestShellHost;
let sessions: Session[];
let attaches: Pty[];
const log = createLogger("test", "silent");
const about = { labId: "lab1", shellId: "shell1", title: "Shell 1", cols: 80, rows: 24 };

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "faultline-session-"));
	path = join(folder, "attempts", "lab1", "shell1.cast");
	sessions = [];
	attaches = [];
});
afterEach(async () => {
	for (const session of sessions) session.close();
	await host.close();
	rmSync(folder, { recursive: true });
});

function begin(recording = createRecording(path, about, systemClock)) {
	const exits: number[] = [];
	const uses: string[] = [];
	const session = createSession({
		recording,
		environment: async () => host.environment,
		spawnPty(options: PtyOptions) {
			const pty = spawnPty(options);
			attaches.push(pty);
			return pty;
		},
		clock: systemClock,
		log,
		onUse: (use) => uses.push(use),
		onExit: (code) => exits.push(code),
	});
	sessions.push(session);
	return { session, exits, uses };
}

/** A browser: keeps what it was shown, acknowledges (or not), and lets a test wait for what it sees. */
function look(session: Session, { from = 0, acks = true } = {}) {
	const messages: FromServer[] = [];
	let closed: number | undefined;
	let shown = Buffer.alloc(0);
	let offset = from;
	let wake = () => {};
	let connection: ViewerConnection | undefined;
	const viewer: Viewer = {
		send(message) {
			messages.push(message);
			if (message.type === "start") offset = message.offset;
			wake();
		},
		output(bytes) {
			shown = Buffer.concat([shown, bytes]);
			offset += bytes.length;
			if (acks) queueMicrotask(() => connection?.acked(offset));
			wake();
		},
		close(code) {
			closed = code;
			wake();
		},
	};
	connection = session.connect(viewer, from);
	return {
		...connection,
		messages,
		type: (text: string) => connection?.input(Buffer.from(text)),
		text: () => shown.toString("utf8"),
		shown: () => shown,
		offset: () => offset,
		closed: () => closed,
		async until(condition: () => boolean) {
			while (!condition()) await new Promise<void>((resolve) => (wake = resolve));
		},
	};
}

async function bash() {
	host = await startTestShellHost(folder, ["/bin/bash", "--noprofile", "--norc", "--noediting"]);
}

test("keystrokes reach a real terminal and its output comes back, recorded before it was shown", async () => {
	await bash();
	const { session } = begin();
	const browser = look(session);
	browser.type("echo sum=$((40+2)) ünïcode; tty\r");
	await browser.until(() => browser.text().includes("/dev/pts/"));
	expect(browser.text()).toContain("sum=42 ünïcode");
	const copy = openRecording(path, systemClock);
	expect(Buffer.concat(copy.tail(1 << 20).map((stretch) => stretch.bytes))).toEqual(browser.shown());
	copy.close();
});

test("what somebody does at it is told: they open it, type, and see; to connect again is nothing new", async () => {
	await bash();
	const { session, uses } = begin();
	const browser = look(session);
	expect(uses).toEqual(["opened"]);
	await browser.until(() => browser.text() !== "");
	expect(uses[1]).toBe("shown");
	uses.length = 0;
	browser.type("x");
	expect(uses).toEqual(["typed"]);
	await browser.until(() => browser.text().includes("x"));
	const back = look(session, { from: browser.offset() });
	uses.length = 0;
	browser.type("nobody's key");
	back.resize({ cols: 90, rows: 20 });
	look(session, { from: back.offset() });
	expect(uses).toEqual([]);
});

test("keys that are typed before the lab is there come to the shell once it is, and before that nothing is tried", async () => {
	await bash();
	const awake = Promise.withResolvers<void>();
	const session = createSession({
		recording: createRecording(path, about, systemClock),
		environment: async () => {
			await awake.promise;
			return host.environment;
		},
		spawnPty,
		clock: systemClock,
		log,
		onExit: () => {},
	});
	sessions.push(session);
	const browser = look(session);
	browser.type("echo first-$((40+2))\r");
	expect(host.startedFrom).toEqual([]);
	awake.resolve();
	await browser.until(() => browser.text().includes("first-42"));
	expect(browser.messages.some((message) => message.type === "error")).toBe(false);
});

test("keys that are typed while the shell stands still come to it when it goes on", async () => {
	await bash();
	const browser = look(begin().session);
	browser.type("echo pid=$$.\r");
	await browser.until(() => /pid=\d+\./.test(browser.text()));
	const pid = Number(/pid=(\d+)\./.exec(browser.text())?.[1]);
	process.kill(pid, "SIGSTOP");
	browser.type("echo first-$((40+2))\r");
	process.kill(pid, "SIGCONT");
	await browser.until(() => browser.text().includes("first-42"));
});

test("the size of the browser is the size of the shell", async () => {
	await bash();
	const { session } = begin();
	const browser = look(session);
	browser.resize({ cols: 133, rows: 41 });
	browser.type("stty size\r");
	await browser.until(() => browser.text().includes("41 133"));
});

test("a reload gets all of it again, a reconnect only what it lacks", async () => {
	await bash();
	const { session } = begin();
	const first = look(session);
	first.type("echo one-$((1))\r");
	await first.until(() => first.text().includes("one-1"));
	first.leave();
	const reload = look(session);
	expect(reload.shown().subarray(0, first.shown().length)).toEqual(first.shown());
	expect(reload.messages[0]).toEqual({ type: "start", offset: 0, seen: first.offset() });
	reload.type("echo two-$((2))\r");
	await reload.until(() => reload.text().includes("two-2"));
	const back = look(session, { from: first.offset() });
	await back.until(() => back.offset() >= reload.offset());
	expect(Buffer.concat([first.shown(), back.shown()]).subarray(0, reload.shown().length)).toEqual(reload.shown());
});

test("a second viewer takes over: the first is told, and its keys no longer count", async () => {
	await bash();
	const { session } = begin();
	const first = look(session);
	const second = look(session);
	expect(first.messages.at(-1)).toEqual({ type: "replaced" });
	expect(first.closed()).toBe(4001);
	first.type("echo lost-$((1))\r");
	second.type("echo mine-$((2))\r");
	await second.until(() => second.text().includes("mine-2"));
	expect(second.text()).not.toContain("lost");
});

test("killed attaches lose nothing and double nothing", async () => {
	await bash();
	const { session } = begin();
	const browser = look(session);
	browser.type("for n in $(seq 1 60000); do echo line-$n; done; echo do''ne\r");
	for (const mark of ["line-2000\r", "line-9000\r", "line-20000\r"]) {
		await browser.until(() => browser.text().includes(mark));
		const killed = attaches.length;
		attaches.at(-1)?.kill("SIGKILL");
		// What the killed one had read still comes, and may hold the next mark: only the next one can be killed anew.
		await browser.until(() => attaches.length > killed);
	}
	await browser.until(() => browser.text().includes("done\r"));
	const lines = [...browser.text().matchAll(/line-(\d+)\r/g)].map((match) => Number(match[1]));
	expect(lines).toEqual(Array.from({ length: 60_000 }, (_, index) => index + 1));
	expect(host.startedFrom).toHaveLength(4);
	// An acknowledgement takes its own way: it may come after the last line.
	await expect.poll(() => host.acked).toBeGreaterThan(0);
});

test("after kill -9 of the engine the next one goes on where the recording ends", async () => {
	await bash();
	const { session } = begin();
	const before = look(session);
	before.type("for n in $(seq 1 5000); do echo line-$n; done; echo do''ne\r");
	await before.until(() => before.text().includes("line-1000\r"));
	// What kill -9 leaves: the attach is gone, the file is as it was written, with a torn line.
	session.close();
	const { appendFileSync } = await import("node:fs");
	appendFileSync(path, '[12.5,"o","line-99');
	const next = begin(openRecording(path, systemClock));
	const after = look(next.session, { from: before.offset() });
	await after.until(() => after.text().includes("done\r"));
	const text = Buffer.concat([before.shown(), after.shown()]).toString("utf8");
	const lines = [...text.matchAll(/line-(\d+)\r/g)].map((match) => Number(match[1]));
	expect(lines).toEqual(Array.from({ length: 5_000 }, (_, index) => index + 1));
});

test("a viewer that shows nothing holds the shell, and another one frees it", async () => {
	await bash();
	const { session } = begin();
	const slow = look(session, { acks: false });
	slow.type("for n in $(seq 1 200000); do echo line-$n; done; echo do''ne\r");
	await slow.until(() => slow.shown().length >= 100_000);
	expect(slow.shown().length).toBe(100_000);
	const quick = look(session, { from: slow.offset() });
	await quick.until(() => quick.text().includes("done\r"));
	expect(quick.text()).toContain("line-200000\r");
});

test("without a viewer the shell is read and recorded", async () => {
	host = await startTestShellHost(folder, ["/bin/sh", "-c", "seq 1 20000; echo all of it; exit 5"]);
	const exited = new Promise<number>((resolve) => {
		sessions.push(
			createSession({
				recording: createRecording(path, about, systemClock),
				environment: async () => host.environment,
				spawnPty,
				clock: systemClock,
				log,
				onExit: resolve,
			}),
		);
	});
	expect(await exited).toBe(5);
	const text = readFileSync(path, "utf8");
	const recording = openRecording(path, systemClock);
	const output = Buffer.concat(recording.tail(1 << 20).map((stretch) => stretch.bytes)).toString();
	recording.close();
	expect(output.slice(-21)).toBe("19999\r\n20000\r\nall of it\r\n".slice(-21));
	expect(text.trim().split("\n").at(-1)).toContain('"x","5"');
});

test("the end of the shell comes after its last output, also to a viewer that was behind", async () => {
	host = await startTestShellHost(folder, ["/bin/sh", "-c", "read go; seq 1 60000; echo the last line; exit 3"]);
	const { session, exits } = begin();
	const slow = look(session, { acks: false });
	slow.type("go\r");
	await slow.until(() => slow.shown().length >= 100_000);
	const browser = look(session);
	await browser.until(() => browser.closed() !== undefined);
	expect(browser.text().endsWith("the last line\r\n")).toBe(true);
	expect(browser.messages.at(-1)).toEqual({ type: "exit", code: 3 });
	expect(browser.closed()).toBe(1000);
	expect(exits).toEqual([3]);
});

test("a shell that the workstation no longer knows is over", async () => {
	await bash();
	const recording = createRecording(path, about, systemClock);
	recording.output(Buffer.from("from another life\r\n"));
	const { session, exits } = begin(recording);
	const browser = look(session);
	await browser.until(() => browser.closed() !== undefined);
	expect(browser.text()).toBe("from another life\r\n");
	expect(exits).toEqual([129]);
});

test("output that can't be recorded for a while stays with the shell, and comes whole once it can", async () => {
	host = await startTestShellHost(folder, ["/bin/sh", "-c", "stty raw; seq 1 500; exec sleep 1000"]);
	const recording = createRecording(path, about, systemClock);
	const { output } = recording;
	let full = 2;
	recording.output = (bytes) => {
		if (full-- > 0) throw new Error("ENOSPC: no space left on device");
		output(bytes);
	};
	const { session } = begin(recording);
	const screen = look(session);
	await screen.until(() => screen.text().endsWith("\n500\n"));
	const wanted = Array.from({ length: 500 }, (_, index) => `${index + 1}\n`).join("");
	expect(screen.text()).toBe(wanted);
	expect(attaches.length).toBe(3);
});
