import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** A scenario's folder as text: path inside it → content. */
export interface ScenarioFolder {
	slug: string;
	/** Absolute. */
	path: string;
	files: Readonly<Record<string, string>>;
}

/** Reads every file of a scenario; symbolic links are not followed. */
export async function readFolder(path: string, slug: string): Promise<ScenarioFolder> {
	const entries = await readdir(path, { recursive: true, withFileTypes: true });
	const names = entries
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
		.sort();
	const texts = await Promise.all(names.map((name) => readFile(join(path, name), "utf8")));
	return { slug, path, files: Object.fromEntries(names.map((name, index) => [name, texts[index] as string])) };
}

/** Files below a folder of the scenario with one of the endings, by name. */
export function filesBelow(folder: ScenarioFolder, below: string, ...endings: string[]): Record<string, string> {
	return Object.fromEntries(
		Object.entries(folder.files).filter(([name]) => name.startsWith(`${below}/`) && endings.some((ending) => name.endsWith(ending))),
	);
}
