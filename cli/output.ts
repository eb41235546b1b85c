import type { ErrorBody } from "../lib/core/errors.ts";

export const exitCodes = { passed: 0, notPassed: 1, wrongCall: 2, platformFailed: 3 } as const;

interface Writable {
	write(text: string): unknown;
	isTTY?: boolean;
}

export type Tone = "good" | "bad" | "faint" | "strong" | "warn";

/** Where a command says things: results on standard output, progress and troubles on standard error. */
export interface Output {
	readonly json: boolean;
	/** The result: `value` as JSON with --json, else the text. */
	result(value: unknown, text: () => string): void;
	/** A line of progress for people; nothing with --json unless `always`. */
	progress(line: string): void;
	error(body: ErrorBody): void;
	/** Text in a colour, where standard output is a terminal. */
	paint(text: string, tone: Tone): string;
}

const codes: Record<Tone, [number, number]> = { good: [32, 39], bad: [31, 39], warn: [33, 39], faint: [2, 22], strong: [1, 22] };

export function createOutput(options: { json: boolean; stdout: Writable; stderr: Writable; colour?: boolean }): Output {
	const { json, stdout, stderr } = options;
	const colour = options.colour ?? (stdout.isTTY === true && !process.env.NO_COLOR);
	const paint = (text: string, tone: Tone) => {
		const [on, off] = codes[tone];
		return colour ? `\u001b[${on}m${text}\u001b[${off}m` : text;
	};
	return {
		json,
		paint,
		result(value, text) {
			stdout.write(json ? `${JSON.stringify(value)}\n` : withEnd(text()));
		},
		progress(line) {
			stderr.write(`${line}\n`);
		},
		error(body) {
			if (json) stdout.write(`${JSON.stringify({ error: body })}\n`);
			stderr.write(`${body.message}\n${body.mend ? `  → ${body.mend}\n` : ""}`);
		},
	};
}

function withEnd(text: string): string {
	return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}

/** Columns aligned by their widest cell; colours do not count. The last column is not padded. */
export function table(rows: readonly (readonly string[])[]): string {
	const columns = Math.max(0, ...rows.map((row) => row.length));
	const widths = Array.from({ length: columns }, (_, column) => Math.max(0, ...rows.map((row) => width(row[column] ?? ""))));
	return rows
		.map((row) =>
			row
				.map((cell, column) => (column === row.length - 1 ? cell : cell + " ".repeat((widths[column] ?? 0) - width(cell))))
				.join("  ")
				.trimEnd(),
		)
		.join("\n");
}

/** Characters on the screen, colours aside. */
function width(text: string): number {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what a colour begins with
	return [...text.replace(/\u001b\[\d+m/g, "")].length;
}

/** `1.2 s`, `3 min 20 s`. */
export function duration(seconds: number): string {
	if (seconds < 60) return `${seconds.toFixed(1)} s`;
	return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}
