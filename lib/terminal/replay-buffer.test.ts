import fc from "fast-check";
import { expect, test } from "vitest";
import { createReplayBuffer, type ReplayBuffer } from "./replay-buffer.ts";

function readAll(buffer: ReplayBuffer, from: number, step = 7): Buffer {
	const pieces: Buffer[] = [];
	for (let at = from; ; ) {
		const stretch = buffer.read(at, step);
		if (!stretch) return Buffer.concat(pieces);
		pieces.push(stretch.bytes);
		at = stretch.offset + stretch.bytes.length;
	}
}

test("what is read back from any offset is what was put in, however it was cut", () => {
	fc.assert(
		fc.property(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 40 }), fc.nat(300), fc.nat(2000), (chunks, bound, where) => {
			const buffer = createReplayBuffer(bound);
			for (const chunk of chunks) buffer.append(Buffer.from(chunk));
			const whole = Buffer.concat(chunks);
			expect(buffer.endOffset).toBe(whole.length);
			const from = buffer.startOffset + (where % (whole.length - buffer.startOffset + 1));
			expect(readAll(buffer, from)).toEqual(whole.subarray(from));
			expect(whole.length - buffer.startOffset).toBeGreaterThanOrEqual(Math.min(bound, whole.length));
		}),
	);
});

test("it stays bounded, but keeps what the viewer has not been sent", () => {
	const buffer = createReplayBuffer(10_000);
	for (let count = 0; count < 100; count++) buffer.append(Buffer.alloc(5_000, count), 20_000);
	expect(buffer.startOffset).toBeLessThanOrEqual(20_000);
	expect(buffer.startOffset).toBeGreaterThan(0);
	buffer.append(Buffer.alloc(5_000));
	expect(buffer.endOffset - buffer.startOffset).toBeLessThanOrEqual(15_000);
});

test("a gap is skipped: the next stretch says where it begins", () => {
	const buffer = createReplayBuffer(100);
	buffer.append(Buffer.from("ab"));
	buffer.skipTo(10);
	buffer.append(Buffer.from("cd"));
	expect(buffer.read(2, 100)).toEqual({ offset: 10, bytes: Buffer.from("cd") });
	expect(buffer.endOffset).toBe(12);
});
