/** Cuts a stream of bytes into pieces that never end within a character. */
export interface Utf8Splitter {
	/** The bytes that can go on now: what was held back and this chunk, without an unfinished last character. */
	push(chunk: Buffer): Buffer;
	/** What is held back (at most three bytes), finished or not. */
	flush(): Buffer;
	readonly heldBytes: number;
}

export function createUtf8Splitter(): Utf8Splitter {
	let held: Buffer = Buffer.alloc(0);
	return {
		get heldBytes() {
			return held.length;
		},
		push(chunk) {
			const bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
			const cut = bytes.length - unfinishedBytes(bytes);
			held = Buffer.from(bytes.subarray(cut));
			return bytes.subarray(0, cut);
		},
		flush() {
			const rest = held;
			held = Buffer.alloc(0);
			return rest;
		},
	};
}

/** How many bytes at the end begin a character that may still be finished: 0 to 3. */
function unfinishedBytes(bytes: Buffer): number {
	for (let back = 1; back <= Math.min(3, bytes.length); back++) {
		const byte = bytes[bytes.length - back] as number;
		if ((byte & 0xc0) === 0x80) continue; // a continuation: the lead is further left
		const length = byte >= 0xf0 && byte <= 0xf4 ? 4 : byte >= 0xe0 && byte < 0xf0 ? 3 : byte >= 0xc2 && byte < 0xe0 ? 2 : 1;
		return length > back ? back : 0;
	}
	return 0;
}
