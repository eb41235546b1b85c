import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Env } from "../core/env.ts";
import type { Finding } from "./finding.ts";

const MiB = 1024 * 1024;

/** The prepared clusters from which labs are cloned, and what they take of the disk; having none is no fault. */
export async function checkClones({ cacheDir, clones, clonesBytes }: Pick<Env, "cacheDir" | "clones" | "clonesBytes">): Promise<Finding> {
	const folder = join(cacheDir, "golden");
	const files = await readdir(folder, { recursive: true }).catch(() => []);
	const count = files.filter((file) => /^[0-9a-f]+\/golden\.json$/.test(file)).length;
	const sizes = await Promise.all(
		files.map((file) =>
			stat(join(folder, file))
				.then((one) => (one.isFile() ? one.size : 0))
				.catch(() => 0),
		),
	);
	const size = Math.ceil(sizes.reduce((sum, one) => sum + one, 0) / MiB);
	const kept = count === 0 ? "none yet" : `${count}, ${size} of at most ${Math.floor(clonesBytes / MiB)} MiB in ${folder}`;
	return {
		name: "prepared clusters",
		ok: true,
		found: clones ? kept : `${kept}; not used: FAULTLINE_CLONES=off`,
		needed: "none; with them labs start sooner, and the engine makes them when no lab is in use",
		mend: null,
	};
}
