import { AppError } from "../../../core/errors.ts";
import { type TarFile, type TarType, tarFlags } from "../tar.ts";

/** A part of an archive as it stands there; its path has no leading slash. */
export type TarEntry = Required<Omit<TarFile, "content">> & { content: Buffer };

const blockBytes = 512;
const types = new Map(Object.entries(tarFlags).map(([type, flag]) => [flag, type as TarType]));

/**
 * Reads a POSIX or GNU archive as GNU tar writes it; what is neither file, folder nor symbolic link is left out.
 * @throws AppError `bad-archive` where it is cut off or has names that this reader does not know to join
 */
export function readTar(archive: Buffer): TarEntry[] {
	const entries: TarEntry[] = [];
	for (let at = 0; at + blockBytes <= archive.length; ) {
		const header = archive.subarray(at, at + blockBytes);
		if (header.every((byte) => byte === 0)) break;
		const text = (from: number, length: number) => {
			const field = header.subarray(from, from + length);
			const end = field.indexOf(0);
			return field.subarray(0, end < 0 ? length : end).toString();
		};
		const size = Number.parseInt(text(124, 12), 8);
		const flag = String.fromCharCode(header[156] ?? 0);
		if (Number.isNaN(size) || at + blockBytes + size > archive.length) throw new AppError("bad-archive", "The archive is cut off.");
		if ("xgLKS".includes(flag)) throw new AppError("bad-archive", "The archive has names or files of a kind that is not read.");
		const type = types.get(flag);
		const prefix = text(257, 5) === "ustar" && text(263, 2) === "00" ? text(345, 155) : "";
		const path = (prefix ? `${prefix}/${text(0, 100)}` : text(0, 100)).replace(/^(\.?\/)+/, "").replace(/\/$/, "");
		const content = archive.subarray(at + blockBytes, at + blockBytes + size);
		const number = (from: number, length: number) => Number.parseInt(text(from, length), 8);
		if (type && path) {
			entries.push({ path, type, mode: number(100, 8) & 0o7777, content, target: text(157, 100), modified: number(136, 12) });
		}
		at += blockBytes * (1 + Math.ceil(size / blockBytes));
	}
	return entries;
}
