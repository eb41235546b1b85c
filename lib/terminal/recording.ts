import { closeSync, existsSync, ftruncateSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Clock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import { type CastEvent, type CastHeader, encodeCastEvent } from "./cast-format.ts";
import { type RecordingTail, readRecordingTail } from "./recording-tail.ts";
import type { Stretch } from "./replay-buffer.ts";

/** Size at which a recording goes on in a new file, and how many older files stay: 80 MiB a shell at most. */
export const segmentBytes = 16 * 1024 * 1024;
const olderSegments = 4;
/** Output is at most six times as long in JSON (`\u001b`); four times is plenty for real terminals. */
const expansion = 4;

/**
 * What a shell has put out, as asciicast at `attempts/<lab>/<shell>.cast`. Input is never recorded: it has passwords.
 * Writes go to the system at once, so that nothing of it is lost when this process is killed.
 */
export interface Recording {
	readonly labId: string;
	readonly shellId: string;
	readonly title: string;
	/** All output before is safe. */
	readonly endOffset: number;
	readonly size: { cols: number; rows: number };
	/** The shell's exit code once it has ended. */
	readonly exitCode: number | undefined;
	output(bytes: Buffer): void;
	resize(size: { cols: number; rows: number }): void;
	/** The next output begins at `offset`; what was between is lost. */
	gap(offset: number): void;
	exit(code: number): void;
	/** The newest output, about `maxBytes` of it. */
	tail(maxBytes: number): Stretch[];
	close(): void;
}

export interface NewRecording {
	labId: string;
	shellId: string;
	title: string;
	cols: number;
	rows: number;
}

/** Begins a recording; its folder is made where missing. */
export function createRecording(path: string, about: NewRecording, clock: Clock): Recording {
	mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
	const header: CastHeader = {
		version: 2,
		width: about.cols,
		height: about.rows,
		timestamp: Math.floor(clock.now() / 1000),
		title: about.title,
		env: { TERM: "xterm-256color", SHELL: "/bin/bash" },
		faultline: { lab: about.labId, shell: about.shellId, offset: 0, segment: 0 },
	};
	const line = `${JSON.stringify(header)}\n`;
	writeFileSync(path, line, { flag: "wx", mode: 0o600 });
	return recordingFrom(path, { header, events: [], endOffset: 0, fileBytes: Buffer.byteLength(line) }, clock);
}

/**
 * Takes up a recording where it ended; a torn end is cut off.
 * @throws AppError `recording-damaged` where its header can't be read
 */
export function openRecording(path: string, clock: Clock): Recording {
	if (!existsSync(path) && existsSync(nextPath(path))) renameSync(nextPath(path), path);
	const tail = readRecordingTail(path, 64 * 1024);
	if (!tail) throw new AppError("recording-damaged", `${path} has no whole header.`);
	return recordingFrom(path, tail, clock);
}

function recordingFrom(path: string, found: RecordingTail, clock: Clock): Recording {
	let { header, endOffset, fileBytes } = found;
	let file = openSync(path, "a", 0o600);
	let size = { cols: header.width, rows: header.height };
	let exitCode: number | undefined;
	for (const event of found.events) {
		if (event.kind === "resize") size = { cols: event.cols, rows: event.rows };
		if (event.kind === "exit") exitCode = event.code;
	}

	function write(event: CastEvent) {
		const line = Buffer.from(encodeCastEvent(event, Math.max(0, clock.now() / 1000 - header.timestamp)));
		try {
			for (let done = 0; done < line.length; ) done += writeSync(file, line, done);
		} catch (error) {
			// As on a full disk. Half a line in the middle would spoil what comes after it, once there is room again.
			ftruncateSync(file, fileBytes);
			throw new AppError(
				"recording-not-written",
				`The recording of this shell can't be written: ${error instanceof Error ? error.message : error}`,
				{
					retryable: true,
					mend: "Make room on the disk of Faultline's data directory.",
					cause: error,
				},
			);
		}
		endOffset = event.endOffset;
		fileBytes += line.length;
		if (fileBytes >= segmentBytes && event.kind === "output") startSegment();
	}

	function startSegment() {
		const { segment } = header.faultline;
		header = {
			...header,
			width: size.cols,
			height: size.rows,
			timestamp: Math.floor(clock.now() / 1000),
			faultline: { ...header.faultline, offset: endOffset, segment: segment + 1 },
		};
		const line = `${JSON.stringify(header)}\n`;
		// The new file is whole before the old one moves: a crash at any point leaves one that can be taken up.
		writeFileSync(nextPath(path), line, { mode: 0o600 });
		closeSync(file);
		renameSync(path, segmentPath(path, segment));
		renameSync(nextPath(path), path);
		file = openSync(path, "a", 0o600);
		fileBytes = Buffer.byteLength(line);
		rmSync(segmentPath(path, segment - olderSegments), { force: true });
	}

	return {
		labId: header.faultline.lab,
		shellId: header.faultline.shell,
		title: header.title,
		get endOffset() {
			return endOffset;
		},
		get size() {
			return size;
		},
		get exitCode() {
			return exitCode;
		},
		output: (bytes) => write({ kind: "output", bytes, endOffset: endOffset + bytes.length }),
		resize(next) {
			size = next;
			write({ kind: "resize", ...next, endOffset });
		},
		gap: (offset) => write({ kind: "gap", endOffset: offset }),
		exit(code) {
			exitCode = code;
			write({ kind: "exit", code, endOffset });
		},
		tail(maxBytes) {
			const stretches = outputOf(readRecordingTail(path, maxBytes * expansion));
			const older = segmentPath(path, header.faultline.segment - 1);
			if (total(stretches) < maxBytes && existsSync(older)) {
				stretches.unshift(...outputOf(readRecordingTail(older, maxBytes * expansion)));
			}
			let surplus = total(stretches) - maxBytes;
			while (stretches[0] && surplus >= stretches[0].bytes.length) surplus -= (stretches.shift() as Stretch).bytes.length;
			return stretches;
		},
		close: () => closeSync(file),
	};
}

function outputOf(tail: RecordingTail | undefined): Stretch[] {
	return (tail?.events ?? []).flatMap((event) =>
		event.kind === "output" ? [{ offset: event.endOffset - event.bytes.length, bytes: event.bytes }] : [],
	);
}

function total(stretches: Stretch[]): number {
	return stretches.reduce((sum, stretch) => sum + stretch.bytes.length, 0);
}

function nextPath(path: string): string {
	return `${path}.next`;
}

function segmentPath(path: string, segment: number): string {
	return join(dirname(path), `${path.slice(dirname(path).length + 1, -".cast".length)}.${String(segment).padStart(4, "0")}.cast`);
}
