import { AppError } from "../../../core/errors.ts";

// etcd's log (server/storage/wal): records of a length field, a protobuf message {type, crc, data} and padding to eight
// bytes. Each checksum goes on from the one before, over the data alone.
const crcRecord = 4;

const table = new Uint32Array(256).map((_, index) => {
	let value = index;
	for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
	return value;
});

/** CRC-32C (Castagnoli), going on from `crc`. */
export function crc32c(crc: number, data: Uint8Array): number {
	let value = ~crc >>> 0;
	for (const byte of data) value = (table[(value ^ byte) & 255] as number) ^ (value >>> 8);
	return ~value >>> 0;
}

/**
 * The same log with every record's data changed and its checksums made anew.
 * @param log a file of etcd's, from its first record on; what it has allocated beyond the last is left out
 * @throws AppError `bad-log` where it is no such file, or broken
 */
export function rewriteLog(log: Buffer, change: (data: Buffer) => Buffer): Buffer {
	const parts: Buffer[] = [];
	let [before, after] = [0, 0];
	for (let at = 0; at + 8 <= log.length; ) {
		const [low, high] = [log.readUInt32LE(at), log.readUInt32LE(at + 4)];
		if (low === 0 && high === 0) break;
		// The highest byte says, with its highest bit set, how many bytes of padding follow.
		const padding = (high >>> 24) & 0x80 ? (high >>> 24) & 7 : 0;
		const length = (high & 0xffffff) * 2 ** 32 + low;
		const record = readRecord(log.subarray(at + 8, at + 8 + length));
		at += 8 + length + padding;
		if (record.type === crcRecord) {
			// A file begins with the sum that the one before it ended with.
			before = record.crc;
			after = parts.length === 0 ? before : after;
		} else {
			before = crc32c(before, record.data ?? Buffer.alloc(0));
			if (before !== record.crc) throw new AppError("bad-log", "A checksum of etcd's log is wrong.");
		}
		const data = record.data && change(record.data);
		if (record.type !== crcRecord && data) after = crc32c(after, data);
		parts.push(frame(writeRecord({ type: record.type, crc: after, data })));
	}
	if (parts.length === 0) throw new AppError("bad-log", "etcd's log is empty.");
	return Buffer.concat(parts);
}

interface LogRecord {
	type: number;
	crc: number;
	data?: Buffer;
}

function readRecord(message: Buffer): LogRecord {
	const record: LogRecord = { type: 0, crc: 0 };
	for (let at = 0; at < message.length; ) {
		const key = message[at++];
		const [value, next] = readVarint(message, at);
		at = next;
		if (key === 0x08) record.type = value;
		else if (key === 0x10) record.crc = value;
		else if (key === 0x1a) {
			record.data = message.subarray(at, at + value);
			at += value;
			if (at > message.length) throw new AppError("bad-log", "A record of etcd's log is cut off.");
		} else throw new AppError("bad-log", `A record of etcd's log has an unknown field ${key}.`);
	}
	return record;
}

function readVarint(from: Buffer, start: number): [value: number, next: number] {
	let value = 0;
	for (let at = start, scale = 1; at < from.length; scale *= 128) {
		const byte = from[at++] as number;
		value += (byte & 127) * scale;
		if (byte < 128) return [value, at];
	}
	throw new AppError("bad-log", "A number in etcd's log is cut off.");
}

function writeRecord({ type, crc, data }: LogRecord): Buffer {
	const head = [0x08, ...varint(type), 0x10, ...varint(crc)];
	return data ? Buffer.concat([Buffer.from([...head, 0x1a, ...varint(data.length)]), data]) : Buffer.from(head);
}

function varint(value: number): number[] {
	const bytes: number[] = [];
	for (let rest = value; ; rest = Math.floor(rest / 128)) {
		if (rest < 128) return [...bytes, rest];
		bytes.push((rest % 128) | 128);
	}
}

function frame(message: Buffer): Buffer {
	const padding = (8 - (message.length % 8)) % 8;
	const head = Buffer.alloc(8);
	head.writeUInt32LE(message.length);
	if (padding > 0) head.writeUInt32LE(((0x80 | padding) << 24) >>> 0, 4);
	return Buffer.concat([head, message, Buffer.alloc(padding)]);
}
