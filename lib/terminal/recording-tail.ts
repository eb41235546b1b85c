import { closeSync, fstatSync, ftruncateSync, openSync, readSync } from "node:fs";
import { type CastEvent, type CastHeader, decodeCastEvent, decodeCastHeader } from "./cast-format.ts";

export interface RecordingTail {
	header: CastHeader;
	/** Newest events, oldest first, as far back as was asked. */
	events: CastEvent[];
	endOffset: number;
	/** Size of the file after the cut. */
	fileBytes: number;
}

/**
 * Reads the end of a recording and cuts off what a crash has torn: everything after the last whole line.
 * @param readBytes how much of the file's end to read
 * @returns undefined where not even the header is whole
 */
export function readRecordingTail(path: string, readBytes: number): RecordingTail | undefined {
	const file = openSync(path, "r+");
	try {
		const size = fstatSync(file).size;
		const header = decodeCastHeader(firstLine(file, size));
		if (!header) return undefined;
		const from = Math.max(0, size - readBytes);
		const bytes = readAt(file, from, size - from);
		const { lines, wholeBytes } = wholeLines(bytes);
		// The first line is the header, or begins before what was read.
		const events = lines.slice(1).flatMap((line) => decodeCastEvent(line) ?? []);
		// One event can be longer than what was read: its end alone says nothing.
		if (events.length === 0 && from > 0) return readRecordingTail(path, readBytes * 4);
		const fileBytes = from + wholeBytes;
		if (fileBytes < size) ftruncateSync(file, fileBytes);
		return { header, events, endOffset: events.at(-1)?.endOffset ?? header.faultline.offset, fileBytes };
	} finally {
		closeSync(file);
	}
}

/** Lines up to the last that is whole and ours; a recording is written by appending, so only the end can be torn. */
function wholeLines(bytes: Buffer): { lines: string[]; wholeBytes: number } {
	let end = bytes.lastIndexOf(0x0a) + 1;
	const lines = bytes.toString("utf8", 0, end).split("\n").slice(0, -1);
	while (lines.length > 1 && decodeCastEvent(lines.at(-1) as string) === undefined) {
		end -= Buffer.byteLength(`${lines.pop()}\n`);
	}
	return { lines, wholeBytes: end };
}

function firstLine(file: number, size: number): string {
	const head = readAt(file, 0, Math.min(size, 4096));
	const end = head.indexOf(0x0a);
	return end < 0 ? "" : head.toString("utf8", 0, end);
}

function readAt(file: number, position: number, length: number): Buffer {
	const bytes = Buffer.alloc(length);
	let done = 0;
	while (done < length) {
		const count = readSync(file, bytes, done, length - done, position + done);
		if (count === 0) break;
		done += count;
	}
	return bytes.subarray(0, done);
}
