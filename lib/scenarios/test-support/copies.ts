import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The catalogue of this checkout. */
export const scenariosDirectory = join(import.meta.dirname, "..", "..", "..", "scenarios");

/** A copy of one scenario to spoil; `dispose` removes it. */
export function copyOf(slug: string) {
	const directory = mkdtempSync(join(tmpdir(), "faultline-scenarios-"));
	const path = (name: string) => join(directory, slug, name);
	cpSync(join(scenariosDirectory, slug), join(directory, slug), { recursive: true });
	return {
		directory,
		/** Replaces text in a file; it must be there. */
		replace(name: string, from: string, to: string) {
			const text = readFileSync(path(name), "utf8");
			if (!text.includes(from)) throw new Error(`${name} has no "${from}"`);
			writeFileSync(path(name), text.replace(from, to));
		},
		write: (name: string, text: string) => writeFileSync(path(name), text),
		remove: (name: string) => rmSync(path(name)),
		/** The line of a text, from 1. */
		lineOf: (name: string, text: string) =>
			readFileSync(path(name), "utf8")
				.split("\n")
				.findIndex((line) => line.includes(text)) + 1,
		[Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
	};
}
