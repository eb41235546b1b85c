/** A file for the archive: its path, content, and mode in octal. */
export interface TarFile {
	path: string;
	content: string | Uint8Array;
	mode: number;
	/** Default: a file. */
	type?: TarType;
	/** Where a symbolic link leads. */
	target?: string;
	/** Seconds since the epoch; its beginning where absent. */
	modified?: number;
}

export type TarType = "file" | "folder" | "link";

export const tarFlags: Record<TarType, string> = { file: "0", link: "2", folder: "5" };

const blockBytes = 512;

/**
 * A POSIX (ustar) archive, all of it owned by root. Folders are made by tar where a path needs them.
 * @throws RangeError for a path that ustar can't hold (255 bytes, cut at a slash)
 */
export function tarArchive(files: readonly TarFile[]): Uint8Array {
	const parts = files.flatMap((file) => {
		const content = Buffer.from(file.content as Uint8Array);
		return [header(file, content.length), content, Buffer.alloc((blockBytes - (content.length % blockBytes)) % blockBytes)];
	});
	return Buffer.concat([...parts, Buffer.alloc(2 * blockBytes)]);
}

function header(file: TarFile, size: number): Buffer {
	const block = Buffer.alloc(blockBytes);
	const [prefix, name] = splitPath(file.path);
	const octal = (value: number, width: number) => `${value.toString(8).padStart(width - 1, "0")}\0`;
	block.write(name, 0);
	block.write(octal(file.mode, 8), 100);
	block.write(octal(0, 8), 108);
	block.write(octal(0, 8), 116);
	block.write(octal(size, 12), 124);
	block.write(octal(file.modified ?? 0, 12), 136);
	block.write("        ", 148);
	block.write(tarFlags[file.type ?? "file"], 156);
	block.write(file.target ?? "", 157);
	block.write("ustar\x0000", 257);
	block.write(prefix, 345);
	const sum = block.reduce((total, byte) => total + byte, 0);
	block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
	return block;
}

function splitPath(path: string): [prefix: string, name: string] {
	if (Buffer.byteLength(path) <= 100) return ["", path];
	for (let at = path.indexOf("/"); at > 0; at = path.indexOf("/", at + 1)) {
		const [prefix, name] = [path.slice(0, at), path.slice(at + 1)];
		if (Buffer.byteLength(prefix) <= 155 && Buffer.byteLength(name) <= 100) return [prefix, name];
	}
	throw new RangeError(`the path is too long for an archive: ${path}`);
}
