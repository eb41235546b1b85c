import { access, mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { type ArtefactInputs, hashInputs } from "./content-hash.ts";
import { withKeyLock } from "./key-lock.ts";

export interface BuildContext {
	/** An empty folder: what is left in it when the build ends is the artefact. */
	dir: string;
	/** An empty folder for anything else; gone afterwards. */
	scratch: string;
	/** The content hash, 64 hexadecimal digits. */
	hash: string;
	log: (line: string) => void;
	signal: AbortSignal;
}

export interface ArtefactRequest {
	/** Kebab-case; part of the folder's name. */
	name: string;
	inputs: ArtefactInputs;
	/** Makes the artefact in `dir`. May be called again after a crash: it always starts from empty folders. */
	build: (context: BuildContext) => Promise<void>;
}

export interface ArtefactStore {
	/** `$FAULTLINE_CACHE`, absolute. */
	cacheDir: string;
	signal: AbortSignal;
	/** Short progress lines. */
	log?: (line: string) => void;
}

export interface Artefact {
	/** 64 hexadecimal digits. */
	hash: string;
	/** The finished folder, absolute; not to be changed. */
	path: string;
	/** False where it was there already. */
	built: boolean;
}

/**
 * Gives an artefact of a build: from the cache where its inputs have been built before, else built now.
 * One build at a time for a key over all processes; a folder appears under its final name only when it is whole.
 * @throws what `build` throws; `lock-aborted`
 */
export async function ensureArtefact(request: ArtefactRequest, store: ArtefactStore): Promise<Artefact> {
	const hash = await hashInputs(request.inputs);
	const log = store.log ?? (() => undefined);
	const folder = join(store.cacheDir, "artefacts", request.name);
	const path = join(folder, hash.slice(0, 16));
	if (await exists(path)) return { hash, path, built: false };
	return withKeyLock(lockOf(request.name, hash, store), async () => {
		if (await exists(path)) return { hash, path, built: false };
		await mkdir(folder, { recursive: true });
		// Ours by the lock: what a killed build of the same key has left.
		const prefix = `${hash.slice(0, 16)}.part-`;
		for (const entry of await readdir(folder)) {
			if (entry.startsWith(prefix)) await rm(join(folder, entry), { recursive: true, force: true });
		}
		const part = await mkdtemp(join(folder, prefix));
		try {
			const [dir, scratch] = [join(part, "dir"), join(part, "scratch")];
			await Promise.all([mkdir(dir), mkdir(scratch)]);
			await request.build({ dir, scratch, hash, log, signal: store.signal });
			store.signal.throwIfAborted();
			await rename(dir, path);
		} finally {
			await rm(part, { recursive: true, force: true });
		}
		return { hash, path, built: true };
	});
}

/** The lock under which an artefact of these inputs is built; for artefacts that live elsewhere than in the cache. */
export function lockOf(name: string, hash: string, store: ArtefactStore) {
	return {
		folder: join(store.cacheDir, "locks"),
		key: `${name}-${hash.slice(0, 16)}`,
		signal: store.signal,
		onWait: () => store.log?.(`${name}: being built already; waiting`),
	};
}

async function exists(path: string): Promise<boolean> {
	return access(path).then(
		() => true,
		() => false,
	);
}
