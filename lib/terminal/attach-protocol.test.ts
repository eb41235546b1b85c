import fc from "fast-check";
import { expect, test } from "vitest";
import { ackFrame, createAttachReader } from "./attach-protocol.ts";

const header = (offset: number) => `\x1b_FL;${String(offset).padStart(20, "0")}\x1b\\`;
const trailer = (code: number) => `\x1b_FX;${String(code).padStart(3, "0")}\x1b\\`;

/** Reads a stream cut into pieces of the given sizes. */
function read(stream: Buffer, sizes: number[], exitCode: number) {
	const reader = createAttachReader();
	const out: Buffer[] = [];
	for (let at = 0, index = 0; at < stream.length; index++) {
		const size = Math.max(1, sizes[index % Math.max(1, sizes.length)] ?? stream.length);
		out.push(reader.push(stream.subarray(at, at + size)));
		at += size;
	}
	const { bytes, shellExit } = reader.end(exitCode);
	return { bytes: Buffer.concat([...out, bytes]), shellExit, startOffset: reader.startOffset, stray: reader.stray };
}

test("any cut of any shell's bytes gives the same bytes, offset and exit code", () => {
	const hostile = fc.constantFrom("\x1b", "\x1b_FX;", trailer(3), header(9), "\x1b_FX;00", "text", "é");
	fc.assert(
		fc.property(fc.array(hostile), fc.array(fc.nat(12)), fc.nat(10 ** 12), fc.nat(255), (parts, sizes, offset, code) => {
			const body = Buffer.from(parts.join(""));
			const stream = Buffer.concat([Buffer.from(header(offset)), body, Buffer.from(trailer(code))]);
			expect(read(stream, sizes, 0)).toEqual({ bytes: body, shellExit: code, startOffset: offset, stray: "" });
		}),
	);
});

test("a trailer is the shell's own words where the attach did not end well", () => {
	const stream = Buffer.from(`${header(5)}out${trailer(0)}`);
	const result = read(stream, [], 3);
	expect(result.shellExit).toBeUndefined();
	expect(result.bytes.toString()).toBe(`out${trailer(0)}`);
});

test("what comes instead of a header is kept for the message", () => {
	const result = read(Buffer.from("Error response from daemon: no such container\r\n"), [3], 1);
	expect(result).toMatchObject({ startOffset: undefined, stray: "Error response from daemon: no such container" });
	expect(result.bytes).toHaveLength(0);
});

test("an acknowledgement has twenty digits", () => {
	expect(ackFrame(1234)).toBe("\x1b_FA;00000000000000001234\x1b\\");
});
