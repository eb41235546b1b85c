import { substitute, type VariantValues } from "./placeholders.ts";

/** An accepted fix. */
export interface FixScript {
	/** File name: `01-selector.sh`. */
	name: string;
	/** Bash, run on the workstation as the learner with the variant's values in its environment. */
	text: string;
	/** Variants for which it makes sense; undefined is all. */
	seeds: number[] | undefined;
}

/** A tempting wrong fix with what must come of it. */
export interface WrongScript extends FixScript {
	/** Objective or guard that must fail. */
	fails: string;
	/** What the message of that verdict must contain. */
	reason: string;
}

/** A header comment `# key: value` among the first lines of a script. */
export function header(text: string, key: string): { value: string; line: number } | undefined {
	for (const [index, line] of text.split("\n").entries()) {
		if (line.trim() !== "" && !line.startsWith("#")) return undefined;
		const match = new RegExp(`^#\\s*${key}:\\s*(.+?)\\s*$`).exec(line);
		if (match) return { value: match[1] as string, line: index + 1 };
	}
	return undefined;
}

/** Seeds named by a `# seeds: 1 3` header. */
function seedsOf(text: string): number[] | undefined {
	return header(text, "seeds")
		?.value.split(/[\s,]+/)
		.map(Number);
}

export function fixScript(name: string, text: string): FixScript {
	return { name, text, seeds: seedsOf(text) };
}

/** Names and reasons may hold placeholders; the script itself reads its environment. */
export function wrongScript(name: string, text: string, values: VariantValues): WrongScript {
	return {
		...fixScript(name, text),
		fails: substitute(header(text, "fails")?.value ?? "", values),
		reason: substitute(header(text, "reason")?.value ?? "", values),
	};
}
