import { z } from "zod";

/**
 * A recording is asciicast v2: a header, then one JSON array a line. What is added keeps players working:
 * - the header's `faultline` says whose it is and at which byte of the shell it begins;
 * - each event has a fourth element, the shell's offset after it; that makes the file the record of what is safe;
 * - output that is not UTF-8 has a fifth element, its bytes in base64;
 * - `x` is the end of the shell with its exit code (as in asciicast v3).
 */
export const castHeader = z.object({
	version: z.literal(2),
	width: z.number().int(),
	height: z.number().int(),
	/** Seconds since the epoch. */
	timestamp: z.number(),
	title: z.string(),
	env: z.record(z.string(), z.string()).default({}),
	faultline: z.object({ lab: z.string(), shell: z.string(), offset: z.number().int().nonnegative(), segment: z.number().int() }),
});
export type CastHeader = z.infer<typeof castHeader>;

const castEvent = z.union([
	z.tuple([z.number(), z.literal("o"), z.string(), z.number().int(), z.string()]),
	z.tuple([z.number(), z.enum(["o", "r", "m", "x"]), z.string(), z.number().int()]),
]);

export type CastEvent =
	| { kind: "output"; bytes: Buffer; endOffset: number }
	| { kind: "resize"; cols: number; rows: number; endOffset: number }
	/** Output up to `endOffset` could not be had. */
	| { kind: "gap"; endOffset: number }
	| { kind: "exit"; code: number; endOffset: number };

/** One line of a recording, its newline included. @param seconds since the header's timestamp */
export function encodeCastEvent(event: CastEvent, seconds: number): string {
	const time = Math.round(seconds * 1e6) / 1e6;
	return `${JSON.stringify([time, ...payload(event)])}\n`;
}

function payload(event: CastEvent): [string, string, number, string?] {
	switch (event.kind) {
		case "output": {
			const text = event.bytes.toString("utf8");
			const exact = Buffer.from(text, "utf8").equals(event.bytes);
			return exact ? ["o", text, event.endOffset] : ["o", text, event.endOffset, event.bytes.toString("base64")];
		}
		case "resize":
			return ["r", `${event.cols}x${event.rows}`, event.endOffset];
		case "gap":
			return ["m", "output lost", event.endOffset];
		case "exit":
			return ["x", String(event.code), event.endOffset];
	}
}

/** Reads a line; undefined where it is torn or not one of ours. */
export function decodeCastEvent(line: string): CastEvent | undefined {
	const parsed = castEvent.safeParse(parseJson(line));
	if (!parsed.success) return undefined;
	const [, code, data, endOffset, raw] = parsed.data;
	switch (code) {
		case "o":
			return { kind: "output", bytes: raw === undefined ? Buffer.from(data, "utf8") : Buffer.from(raw, "base64"), endOffset };
		case "r": {
			const [cols, rows] = data.split("x").map(Number);
			return cols && rows ? { kind: "resize", cols, rows, endOffset } : undefined;
		}
		case "m":
			return { kind: "gap", endOffset };
		case "x":
			return { kind: "exit", code: Number(data), endOffset };
	}
}

export function decodeCastHeader(line: string): CastHeader | undefined {
	return castHeader.safeParse(parseJson(line)).data;
}

function parseJson(line: string): unknown {
	try {
		return JSON.parse(line);
	} catch {
		return undefined;
	}
}
