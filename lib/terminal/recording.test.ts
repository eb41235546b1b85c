import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createRecording, openRecording, segmentBytes } from "./recording.ts";

const clock = { now: () => 1_800_000_000_000, sleep: async () => {} };
const about = { labId: "lab1", shellId: "shell1", title: "Shell 1", cols: 80, rows: 24 };
let folder: string;
let path: string;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "faultline-recording-"));
	path = join(folder, "attempts", "lab1", "shell1.cast");
});
afterEach(() => rmSync(folder, { recursive: true }));

function bytesOf(recording: { tail(max: number): { bytes: Buffer }[] }, max = 1 << 20) {
	return Buffer.concat(recording.tail(max).map((stretch) => stretch.bytes));
}

test("any bytes in any cut come back the same after a restart", () => {
	let count = 0;
	fc.assert(
		fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 80 }), { maxLength: 20 }), (chunks) => {
			const file = `${path}-${count++}.cast`;
			const recording = createRecording(file, about, clock);
			for (const chunk of chunks) recording.output(Buffer.from(chunk));
			recording.close();
			const again = openRecording(file, clock);
			expect(again.endOffset).toBe(Buffer.concat(chunks).length);
			expect(bytesOf(again)).toEqual(Buffer.concat(chunks));
			again.close();
		}),
		{ numRuns: 50 },
	);
});

test("wherever a crash tears the last line, what was whole stays and the rest is asked for again", () => {
	const recording = createRecording(path, about, clock);
	recording.output(Buffer.from("kept whole ✓\r\n"));
	const whole = statSync(path).size;
	const safe = recording.endOffset;
	recording.output(Buffer.from("torn ✗\r\n"));
	recording.close();
	for (let size = statSync(path).size - 1; size >= whole; size--) {
		truncateSync(path, size);
		const again = openRecording(path, clock);
		expect(again.endOffset).toBe(safe);
		expect(bytesOf(again).toString()).toBe("kept whole ✓\r\n");
		again.close();
		expect(statSync(path).size).toBe(whole);
	}
});

test("rubbish at the end is cut and writing goes on after it", () => {
	const recording = createRecording(path, about, clock);
	recording.output(Buffer.from("one"));
	recording.close();
	appendFileSync(path, '[1,"o","half\n\0\0\0\n');
	const again = openRecording(path, clock);
	again.output(Buffer.from("two"));
	expect(bytesOf(again).toString()).toBe("onetwo");
	again.close();
});

test("it is asciicast v2, with sizes and the end of the shell, and says so when taken up", () => {
	const recording = createRecording(path, about, clock);
	recording.resize({ cols: 120, rows: 40 });
	recording.output(Buffer.from("hi"));
	recording.exit(7);
	recording.close();
	const [header, ...events] = readFileSync(path, "utf8")
		.trim()
		.split("\n")
		.map((line) => JSON.parse(line));
	expect(header).toMatchObject({ version: 2, width: 80, height: 24, title: "Shell 1" });
	expect(events).toEqual([
		[0, "r", "120x40", 0],
		[0, "o", "hi", 2],
		[0, "x", "7", 2],
	]);
	const again = openRecording(path, clock);
	expect(again).toMatchObject({ labId: "lab1", shellId: "shell1", title: "Shell 1", exitCode: 7, size: { cols: 120, rows: 40 } });
	again.close();
});

test("an event longer than a first look at the file's end is found all the same", () => {
	const recording = createRecording(path, about, clock);
	recording.output(Buffer.alloc(64 * 1024, 0x1b));
	recording.close();
	const again = openRecording(path, clock);
	expect(again.endOffset).toBe(64 * 1024);
	again.close();
});

test("a flood is bounded on disk, and the newest of it is there after a restart", () => {
	const recording = createRecording(path, about, clock);
	const block = Buffer.alloc(1024 * 1024, "x");
	for (let count = 0; count < 100; count++) recording.output(block);
	recording.output(Buffer.from("the end"));
	recording.close();
	const names = readdirSync(join(folder, "attempts", "lab1"));
	expect(names).toHaveLength(5);
	const total = names.reduce((sum, name) => sum + statSync(join(folder, "attempts", "lab1", name)).size, 0);
	expect(total).toBeLessThan(5 * segmentBytes + 5 * 1024 * 1024);
	const again = openRecording(path, clock);
	expect(again.endOffset).toBe(100 * block.length + 7);
	expect(bytesOf(again).subarray(-7).toString()).toBe("the end");
	expect(bytesOf(again).length).toBeGreaterThanOrEqual(1024 * 1024);
	again.close();
});
