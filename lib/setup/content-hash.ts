import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, readdir, readlink } from "node:fs/promises";
import { basename, join } from "node:path";

export interface ArtefactInputs {
	/** Files or folders, absolute. Their own absolute places do not count, only base names, names below them and contents. */
	files: readonly string[];
	/** Anything else that decides the result: versions, flags, hashes of what it is built on. */
	values: Readonly<Record<string, string>>;
	/** Names below a given folder that do not count (`module/main_test.go`), nor what is below them. */
	except?: RegExp;
}

/**
 * The content hash of inputs: the same in every checkout and on every host.
 * @returns 64 hexadecimal digits
 */
export async function hashInputs(inputs: ArtefactInputs): Promise<string> {
	const hash = createHash("sha256");
	for (const [key, value] of Object.entries(inputs.values).sort(byFirst)) add(hash, "value", key, value);
	const files = inputs.files.map((file) => [basename(file), file] as const).sort(byFirst);
	for (const [name, file] of files) await addPath({ hash, except: inputs.except }, name, file);
	return hash.digest("hex");
}

async function addPath(to: { hash: Hash; except: RegExp | undefined }, name: string, path: string): Promise<void> {
	if (to.except?.test(name)) return;
	const { hash } = to;
	const found = await lstat(path);
	if (found.isSymbolicLink()) {
		add(hash, "link", name, await readlink(path));
	} else if (found.isDirectory()) {
		add(hash, "folder", name);
		for (const entry of (await readdir(path)).sort()) await addPath(to, `${name}/${entry}`, join(path, entry));
	} else if (found.isFile()) {
		// Of the mode only the bit that git keeps: an umask must not make another artefact.
		add(hash, found.mode & 0o100 ? "program" : "file", name, String(found.size));
		for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
	}
}

/** Lengths go in too, so that no two lists of words give the same bytes. */
function add(hash: Hash, ...words: string[]): void {
	for (const word of words) hash.update(`${Buffer.byteLength(word)}:${word};`);
}

function byFirst(a: readonly [string, string], b: readonly [string, string]): number {
	return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
}
