/**
 * How `shell-host attach` frames a shell's bytes (infra/shell-host/README.md): a header with the offset at which they
 * begin, and a trailer with the exit code where the shell has ended. Pure.
 */

const headerBytes = 27;
const trailerBytes = 10;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the frame is an escape sequence.
const headerPattern = /^\x1b_FL;(\d{20})\x1b\\/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the frame is an escape sequence.
const trailerPattern = /^\x1b_FX;(\d{3})\x1b\\$/;

/** What an attach's terminal may say before its header when it fails: enough for a message. */
const strayBytes = 4096;

export interface AttachReader {
	/**
	 * Takes what the attach wrote.
	 * @returns the shell's bytes that are certain, empty before the header and while they may be the trailer
	 */
	push(chunk: Buffer): Buffer;
	/** Offset of the first byte; undefined before the header. */
	readonly startOffset: number | undefined;
	/** What was said instead of a header: a failed attach's own words. */
	readonly stray: string;
	/**
	 * The attach has ended.
	 * @param exitCode of the attach itself
	 * @returns the last bytes of the shell, and its exit code where it has ended
	 */
	end(exitCode: number): { bytes: Buffer; shellExit: number | undefined };
}

export function createAttachReader(): AttachReader {
	let startOffset: number | undefined;
	let stray: Buffer = Buffer.alloc(0);
	// The newest bytes that could be a trailer, whole or in part.
	let tail: Buffer = Buffer.alloc(0);

	function release(chunk: Buffer): Buffer {
		const bytes = tail.length === 0 ? chunk : Buffer.concat([tail, chunk]);
		const from = trailerStart(bytes);
		tail = Buffer.from(bytes.subarray(from));
		return bytes.subarray(0, from);
	}

	return {
		get startOffset() {
			return startOffset;
		},
		get stray() {
			return stray.toString("utf8").trim();
		},
		push(chunk) {
			if (startOffset !== undefined) return release(chunk);
			stray = Buffer.concat([stray, chunk]);
			const at = stray.indexOf("\x1b_FL;");
			const frame = at < 0 ? null : headerPattern.exec(stray.toString("latin1", at, at + headerBytes));
			if (!frame) {
				if (stray.length > strayBytes) stray = Buffer.from(stray.subarray(-strayBytes));
				return Buffer.alloc(0);
			}
			startOffset = Number(frame[1]);
			const rest = stray.subarray(at + headerBytes);
			stray = Buffer.from(stray.subarray(0, at));
			return release(rest);
		},
		end(exitCode) {
			const frame = exitCode === 0 ? trailerPattern.exec(tail.toString("latin1")) : null;
			const bytes = frame ? Buffer.alloc(0) : tail;
			tail = Buffer.alloc(0);
			return { bytes, shellExit: frame ? Number(frame[1]) : undefined };
		},
	};
}

/** Where, near the end, bytes begin that are a trailer or could become one; the length where there are none. */
function trailerStart(bytes: Buffer): number {
	const earliest = Math.max(0, bytes.length - trailerBytes);
	for (let at = bytes.indexOf(0x1b, earliest); at >= 0; at = bytes.indexOf(0x1b, at + 1)) {
		if (couldBeTrailer(bytes.toString("latin1", at))) return at;
	}
	return bytes.length;
}

function couldBeTrailer(text: string): boolean {
	const shape = "\x1b_FX;ddd\x1b\\";
	return [...text].every((char, index) => (shape[index] === "d" ? char >= "0" && char <= "9" : char === shape[index]));
}

/** The words for shell-host that all before `offset` is recorded. */
export function ackFrame(offset: number): string {
	return `\x1b_FA;${String(offset).padStart(20, "0")}\x1b\\`;
}
