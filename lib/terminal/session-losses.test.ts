import { appendFileSync, readFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../core/clock.ts";
import { openRecording } from "./recording.ts";
import { look, openSessionBench, type SessionBench } from "./testing/session-bench.ts";

let at: SessionBench;

beforeEach(() => {
	at = openSessionBench();
});
afterEach(() => at.close());

test("killed attaches lose nothing and double nothing", async () => {
	await at.bash();
	const { session } = at.begin();
	const browser = look(session);
	browser.type("for n in $(seq 1 60000); do echo line-$n; done; echo do''ne\r");
	for (const mark of ["line-2000\r", "line-9000\r", "line-20000\r"]) {
		await browser.until(() => browser.text().includes(mark));
		const killed = at.attaches.length;
		at.attaches.at(-1)?.kill("SIGKILL");
		// What the killed one had read still comes, and may hold the next mark: only the next one can be killed anew.
		await browser.until(() => at.attaches.length > killed);
	}
	await browser.until(() => browser.text().includes("done\r"));
	const lines = [...browser.text().matchAll(/line-(\d+)\r/g)].map((match) => Number(match[1]));
	expect(lines).toEqual(Array.from({ length: 60_000 }, (_, index) => index + 1));
	expect(at.host.startedFrom).toHaveLength(4);
	// An acknowledgement takes its own way: it may come after the last line.
	await expect.poll(() => at.host.acked).toBeGreaterThan(0);
});

test("after kill -9 of the engine the next one goes on where the recording ends", async () => {
	await at.bash();
	const { session } = at.begin();
	const before = look(session);
	before.type("for n in $(seq 1 5000); do echo line-$n; done; echo do''ne\r");
	await before.until(() => before.text().includes("line-1000\r"));
	// What kill -9 leaves: the attach is gone, the file is as it was written, with a torn line.
	session.close();
	appendFileSync(at.path, '[12.5,"o","line-99');
	const next = at.begin({ recording: openRecording(at.path, systemClock) });
	const after = look(next.session, { from: before.offset() });
	await after.until(() => after.text().includes("done\r"));
	const text = Buffer.concat([before.shown(), after.shown()]).toString("utf8");
	const lines = [...text.matchAll(/line-(\d+)\r/g)].map((match) => Number(match[1]));
	expect(lines).toEqual(Array.from({ length: 5_000 }, (_, index) => index + 1));
});

test("without a viewer the shell is read and recorded", async () => {
	await at.shells(["/bin/sh", "-c", "seq 1 20000; echo all of it; exit 5"]);
	const { exited } = at.begin();
	expect(await exited).toBe(5);
	const text = readFileSync(at.path, "utf8");
	const recording = openRecording(at.path, systemClock);
	const output = Buffer.concat(recording.tail(1 << 20).map((stretch) => stretch.bytes)).toString();
	recording.close();
	expect(output.slice(-21)).toBe("19999\r\n20000\r\nall of it\r\n".slice(-21));
	expect(text.trim().split("\n").at(-1)).toContain('"x","5"');
});

test("the end of the shell comes after its last output, also to a viewer that was behind", async () => {
	await at.shells(["/bin/sh", "-c", "read go; seq 1 60000; echo the last line; exit 3"]);
	const { session, exits } = at.begin();
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
	await at.bash();
	const recording = at.newRecording();
	recording.output(Buffer.from("from another life\r\n"));
	const { session, exits } = at.begin({ recording });
	const browser = look(session);
	await browser.until(() => browser.closed() !== undefined);
	expect(browser.text()).toBe("from another life\r\n");
	expect(exits).toEqual([129]);
});

test("output that can't be recorded for a while stays with the shell, and comes whole once it can", async () => {
	await at.shells(["/bin/sh", "-c", "stty raw; seq 1 500; exec sleep 1000"]);
	const recording = at.newRecording();
	const { output } = recording;
	let full = 2;
	recording.output = (bytes) => {
		if (full-- > 0) throw new Error("ENOSPC: no space left on device");
		output(bytes);
	};
	const { session } = at.begin({ recording });
	const screen = look(session);
	await screen.until(() => screen.text().endsWith("\n500\n"));
	const wanted = Array.from({ length: 500 }, (_, index) => `${index + 1}\n`).join("");
	expect(screen.text()).toBe(wanted);
	expect(at.attaches.length).toBe(3);
});
