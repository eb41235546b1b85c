import { existsSync } from "node:fs";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock as clock } from "../lib/core/clock.ts";
import type { Env } from "../lib/core/env.ts";
import { createEngineClient, type EngineClient } from "../lib/protocol/client.ts";
import { startDetached } from "../lib/setup/detached.ts";
import { engineProgram } from "../lib/setup/programs.ts";
import { waitForEngine } from "../lib/setup/readiness.ts";

/** On a busy host; it takes about a second on a quiet one. */
const startMs = 120_000;
const pollMs = 100;

export interface OwnEngine {
	client: EngineClient;
	dataDir: string;
	instanceId: string;
	/** Removes its labs, ends it, and forgets its data. @throws AppError `labs-left`; its data is there then */
	end(): Promise<void>;
}

/**
 * An engine process as `npm start` runs it, in a data directory of its own, reached over its socket like any other. No pool:
 * what it makes by itself would be taken for what is left.
 * @param env of this process: what set-up has left in its data directory is read
 */
export async function startOwnEngine(env: Env, signal: AbortSignal): Promise<OwnEngine> {
	const dataDir = await mkdtemp(join(tmpdir(), "faultline-bench-"));
	const own = { ...env, dataDir };
	await copyFile(join(env.dataDir, "host.json"), join(dataDir, "host.json"));
	const program = engineProgram(join(import.meta.dirname, ".."), own);
	const client = createEngineClient(join(dataDir, "engine.sock"));
	const pid = await startDetached(program.file, program.args, {
		logFile: program.logFile,
		cwd: program.cwd,
		env: { ...program.env, FAULTLINE_POOL: "off" },
	});
	try {
		await waitForEngine(own, { clock, signal, timeoutMs: startMs });
	} catch (error) {
		process.kill(pid);
		throw error;
	}
	const { instanceId } = await client.call("engine.info", {}, { signal });
	return {
		...{ client, dataDir, instanceId },
		async end() {
			await client.call("engine.stop", { destroy: true });
			// It answers before its last steps.
			while (existsSync(join(dataDir, "engine.sock"))) await clock.sleep(pollMs);
			await rm(dataDir, { recursive: true, force: true });
		},
	};
}
