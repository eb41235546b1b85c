import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";

/** What a set of files is: cheap to compare by `quick`, exact by `content`. */
export interface InputFiles {
	/** Paths relative to the root, sorted. */
	files: string[];
	/** Over path, size and modification time: equal means unchanged. */
	quick: string;
}

/**
 * Lists the files below some folders, or the files themselves; those that are missing are left out.
 * @param skip whether a path, relative to the root, is no input
 */
export async function inputFiles(
	root: string,
	paths: readonly string[],
	skip: (path: string) => boolean = () => false,
): Promise<InputFiles> {
	const files: string[] = [];
	for (const path of paths) {
		const found = await stat(join(root, path)).catch(() => null);
		if (found?.isFile()) files.push(path);
		if (!found?.isDirectory()) continue;
		for (const entry of await readdir(join(root, path), { recursive: true, withFileTypes: true })) {
			if (entry.isFile()) files.push(join(entry.parentPath, entry.name).slice(root.length + 1));
		}
	}
	const kept = [...new Set(files)].filter((file) => !skip(file)).sort();
	const hash = createHash("sha256");
	for (const file of kept) {
		const { size, mtimeMs } = await stat(join(root, file));
		hash.update(`${file}\0${size}\0${mtimeMs}\n`);
	}
	return { files: kept, quick: hash.digest("hex") };
}

/** A hash over paths and contents: equal where the files are, whenever they were written. */
export async function contentHash(root: string, files: readonly string[]): Promise<string> {
	const hash = createHash("sha256");
	for (const file of files) {
		const content = await readFile(join(root, file));
		hash.update(`${file}\0${content.length}\0`).update(content);
	}
	return hash.digest("hex");
}
