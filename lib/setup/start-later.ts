import { join } from "node:path";
import { startDetached } from "./detached.ts";
import { stillRuns } from "./instance-files.ts";
import { readLater } from "./later-record.ts";

/**
 * Starts the process of the later stages where none runs: what the first lab does not need is made at the lowest priority
 * while Faultline serves. `npm stop` ends it; what it had finished stays in the cache.
 */
export async function startLater(options: { root: string; dataDir: string }): Promise<void> {
	const record = await readLater(options.dataDir);
	if (record && (await stillRuns(record))) return;
	await startDetached(process.execPath, [join(options.root, "lib/setup/later.ts")], {
		logFile: join(options.dataDir, "logs", "set-up.log"),
		cwd: options.root,
		env: { ...process.env, FAULTLINE_DATA: options.dataDir },
	});
}
