import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";

const systemFolders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/**
 * The absolute path of a program: PATH first, then the system's folders, which an ordinary PATH may lack.
 * @returns null where it is not installed
 */
export async function findProgram(name: string, path: string = process.env.PATH ?? ""): Promise<string | null> {
	const folders = [...path.split(delimiter), ...systemFolders].filter(isAbsolute);
	for (const folder of folders) {
		const file = join(folder, name);
		const usable = await access(file, constants.X_OK).then(
			() => true,
			() => false,
		);
		if (usable) return file;
	}
	return null;
}
