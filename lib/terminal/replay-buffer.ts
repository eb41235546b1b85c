/** A stretch of output: `bytes` begin at `offset` of the shell's stream. */
export interface Stretch {
	offset: number;
	bytes: Buffer;
}

/** The newest output of a shell, in order, bounded; gaps in the offsets are allowed. */
export interface ReplayBuffer {
	/** Offset of the oldest byte kept. */
	readonly startOffset: number;
	readonly endOffset: number;
	/**
	 * Adds output at the end. Whole pieces older than the bound go, never one at or after `keepFrom` (what the viewer
	 * has not been sent yet).
	 */
	append(bytes: Buffer, keepFrom?: number): void;
	/** Output before `offset` is gone for good: the next piece begins there. */
	skipTo(offset: number): void;
	/** The first stretch at or after `offset`, at most `maxBytes` of it; undefined at the end. */
	read(offset: number, maxBytes: number): Stretch | undefined;
}

// Echoed keystrokes come one by one: joined, so that a full buffer is hundreds of pieces and not a million.
const joinBytes = 4096;

/** @param maxBytes about how much is kept; the last piece is kept whatever its size */
export function createReplayBuffer(maxBytes: number, offset = 0): ReplayBuffer {
	let pieces: Stretch[] = [];
	let kept = 0;
	let end = offset;
	return {
		get startOffset() {
			return pieces[0]?.offset ?? end;
		},
		get endOffset() {
			return end;
		},
		append(bytes, keepFrom = Number.POSITIVE_INFINITY) {
			if (bytes.length === 0) return;
			const last = pieces.at(-1);
			if (last && last.offset + last.bytes.length === end && last.bytes.length + bytes.length <= joinBytes) {
				last.bytes = Buffer.concat([last.bytes, bytes]);
			} else {
				pieces.push({ offset: end, bytes });
			}
			end += bytes.length;
			kept += bytes.length;
			let drop = 0;
			while (drop < pieces.length - 1) {
				const oldest = pieces[drop] as Stretch;
				if (kept - oldest.bytes.length < maxBytes || oldest.offset + oldest.bytes.length > keepFrom) break;
				kept -= oldest.bytes.length;
				drop++;
			}
			if (drop > 0) pieces = pieces.slice(drop);
		},
		skipTo(offset) {
			if (offset > end) end = offset;
		},
		read(offset, limit) {
			const piece = pieces[firstEndingAfter(pieces, offset)];
			if (!piece) return undefined;
			const skip = Math.max(0, offset - piece.offset);
			return { offset: piece.offset + skip, bytes: piece.bytes.subarray(skip, skip + limit) };
		},
	};
}

/** Index of the first piece with a byte after `offset`. */
function firstEndingAfter(pieces: Stretch[], offset: number): number {
	let low = 0;
	let high = pieces.length;
	while (low < high) {
		const middle = (low + high) >>> 1;
		const piece = pieces[middle] as Stretch;
		if (piece.offset + piece.bytes.length > offset) high = middle;
		else low = middle + 1;
	}
	return low;
}
