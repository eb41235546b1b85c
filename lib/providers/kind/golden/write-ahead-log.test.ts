import { expect, test } from "vitest";
import { crc32c, rewriteLog } from "./write-ahead-log.ts";

/** A record with the checksum given, framed as etcd does: length and padding, then type, crc and data. */
function record(type: number, crc: number, data?: string): Buffer {
	const varint = (value: number): number[] => (value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))]);
	const message = Buffer.from([8, type, 16, ...varint(crc), ...(data === undefined ? [] : [26, data.length, ...Buffer.from(data)])]);
	const padding = (8 - (message.length % 8)) % 8;
	const head = Buffer.alloc(8);
	head.writeUInt32LE(message.length);
	if (padding > 0) head[7] = 0x80 | padding;
	return Buffer.concat([head, message, Buffer.alloc(padding)]);
}

function log(...texts: string[]): Buffer {
	let crc = 0;
	const records = texts.map((text) => {
		crc = crc32c(crc, Buffer.from(text));
		return record(2, crc, text);
	});
	return Buffer.concat([record(4, 0), ...records]);
}

test("computes checksums as etcd does", () => {
	// The check value of CRC-32C.
	expect(crc32c(0, Buffer.from("123456789"))).toBe(0xe3069283);
	expect(crc32c(crc32c(0, Buffer.from("1234")), Buffer.from("56789"))).toBe(0xe3069283);
});

test("changes the data of every record, and the sums that go on from one to the next", () => {
	const rename = (data: Buffer) => Buffer.from(data.toString().replaceAll("golden", "lab001"));
	expect(rewriteLog(log("one golden", "two", "golden three"), rename)).toEqual(log("one lab001", "two", "lab001 three"));
});

test("leaves out what has only been set aside at the end", () => {
	expect(rewriteLog(Buffer.concat([log("one"), Buffer.alloc(4096)]), (data) => data)).toEqual(log("one"));
});

test("refuses a log that is broken, cut off or none", () => {
	const broken = log("one", "two");
	broken[broken.length - 8] = (broken[broken.length - 8] ?? 0) ^ 1;
	for (const bad of [broken, log("one").subarray(0, -9), Buffer.alloc(64), Buffer.from("no log of etcd's at all")]) {
		expect(() => rewriteLog(bad, (data) => data)).toThrow(expect.objectContaining({ code: "bad-log" }));
	}
});
