import { join } from "node:path";
import { systemClock } from "../lib/core/clock.ts";
import type { Env } from "../lib/core/env.ts";
import { AppError } from "../lib/core/errors.ts";
import { createEngineClient, type EngineClient } from "../lib/protocol/client.ts";
import { startDetached } from "../lib/setup/detached.ts";
import { engineProgram } from "../lib/setup/programs.ts";
import { waitForEngine } from "../lib/setup/readiness.ts";

const answerMs = 5_000;
/** The engine opens its database and socket before it looks at Docker: about a second. */
const startMs = 30_000;

/**
 * The engine of the data directory; where none answers, one is started that outlives this command. Two commands at once
 * start one: the engine's own lock turns the second away, and both wait for the same socket.
 * @throws AppError `engine-not-started` with the end of its log
 */
export async function reachEngine(options: {
	env: Env;
	root: string;
	signal: AbortSignal;
	say(line: string): void;
}): Promise<EngineClient> {
	const { env, root, signal, say } = options;
	const client = createEngineClient(join(env.dataDir, "engine.sock"));
	if (await answers(client, signal)) return client;
	const program = engineProgram(root, env);
	say("Starting the engine …");
	await startDetached(program.file, program.args, { logFile: program.logFile, cwd: program.cwd, env: program.env });
	await waitForEngine(env, { clock: systemClock, signal, timeoutMs: startMs });
	return client;
}

async function answers(client: EngineClient, signal: AbortSignal): Promise<boolean> {
	signal.throwIfAborted();
	try {
		await client.call("engine.info", {}, { signal: AbortSignal.any([signal, AbortSignal.timeout(answerMs)]) });
		return true;
	} catch (error) {
		if (signal.aborted) throw signal.reason;
		if (error instanceof AppError && error.code === "engine-down") return false;
		throw new AppError("engine-silent", `The engine does not answer: ${error instanceof Error ? error.message : error}`, {
			mend: "npm stop, then npm start",
			cause: error,
		});
	}
}
