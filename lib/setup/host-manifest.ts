import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type HostManifest, hostManifest, readHostManifest } from "../core/host.ts";

/** Writes `$FAULTLINE_DATA/host.json` in one step: the engine may read it at any moment. */
export async function writeHostManifest(dataDir: string, manifest: HostManifest): Promise<void> {
	const fresh = join(dataDir, `host.json.${process.pid}`);
	await writeFile(fresh, `${JSON.stringify(hostManifest.parse(manifest), null, "\t")}\n`, { mode: 0o600 });
	await rename(fresh, join(dataDir, "host.json"));
}

/**
 * Changes what the manifest says now, not what it said when a long build began.
 * @param change undefined where what was built no longer fits
 */
export async function changeHostManifest(dataDir: string, change: (now: HostManifest) => HostManifest | undefined): Promise<void> {
	const changed = change(await readHostManifest(dataDir));
	if (changed) await writeHostManifest(dataDir, changed);
}
