import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { systemClock } from "../core/clock.ts";
import type { Env } from "../core/env.ts";
import { AppError } from "../core/errors.ts";
import { createEngineClient } from "../protocol/client.ts";
import { endProcess } from "./end-process.ts";
import { readRecord, removeRecord, startTimeOf, stillRuns, writeRecord } from "./instance-files.ts";
import { engineProgram, webProgram } from "./programs.ts";
import { originOf, waitForEngine, waitForWeb } from "./readiness.ts";
import { type Supervision, supervise } from "./supervise.ts";

/** How long a program may take to put its labs in order before it is killed. */
const graceMs = 20_000;
const deathsWhileStarting = 3;

/**
 * Runs engine and web, and either again when it dies, until the signal. Resolves when both are gone.
 * @param ready called once both answer
 */
export async function serve(options: {
	root: string;
	env: Env;
	nextDir: string;
	signal: AbortSignal;
	say: (line: string) => void;
	ready: () => Promise<void>;
}): Promise<void> {
	const { root, env, signal, say } = options;
	await mkdir(env.dataDir, { recursive: true, mode: 0o700 });
	await endLeftOvers(env);
	const startTime = (await startTimeOf(process.pid)) ?? "";
	const record = {
		pid: process.pid,
		startTime,
		host: env.host,
		port: env.port,
		children: {} as Record<string, { pid: number; startTime: string }>,
	};
	// One write after the other: two programs may start in the same moment.
	let writing = writeRecord(env.dataDir, record);
	const running: Supervision[] = [];
	const starting = new AbortController();
	const startSignal = AbortSignal.any([signal, starting.signal]);
	let deaths = 0;
	const watch = (program: ReturnType<typeof engineProgram>) =>
		running.push(
			supervise(program, {
				clock: systemClock,
				signal,
				started: (pid) => {
					writing = writing
						.then(async () => {
							record.children[program.name] = { pid, startTime: (await startTimeOf(pid)) ?? "" };
							await writeRecord(env.dataDir, record);
						})
						.catch((error) => say(`supervisor.json could not be written: ${error.message}`));
				},
				ended: (why, againInMs) => {
					// A program that can't start at all does not get better by waiting.
					if (++deaths >= deathsWhileStarting) starting.abort();
					say(`${program.name}: ${why}; starting it again in ${againInMs / 1000} s (${program.logFile})`);
				},
			}),
		);
	// npm stop sends it before it asks the engine to end.
	const release = () => {
		for (const one of running) one.release();
	};
	process.on("SIGUSR2", release);
	try {
		await writing;
		watch(engineProgram(root, env));
		await waitForEngine(env, { clock: systemClock, signal: startSignal, timeoutMs: 60_000 });
		watch(webProgram(root, env, options.nextDir));
		await waitForWeb(env, { clock: systemClock, signal: startSignal, timeoutMs: 60_000 });
		// The engine gives a lab's address to clients that are no browser.
		await writeFile(join(env.dataDir, "web.origin"), `${originOf(env)}\n`, { mode: 0o600 });
		await options.ready();
		await new Promise<void>((resolve) => {
			if (signal.aborted) resolve();
			signal.addEventListener("abort", () => resolve(), { once: true });
		});
	} catch (error) {
		if (!signal.aborted) throw error;
	} finally {
		// The web first: it would only show that its engine is gone.
		for (const one of running.reverse()) await one.stop(graceMs);
		process.off("SIGUSR2", release);
		await rm(join(env.dataDir, "web.origin"), { force: true });
		await writing;
		await removeRecord(env.dataDir);
	}
}

/** Ends what a killed supervisor, or a command line that needed an engine, has left running. */
async function endLeftOvers(env: Env): Promise<void> {
	const record = await readRecord(env.dataDir);
	if (record && record.pid !== process.pid && (await stillRuns(record))) {
		throw new AppError("already-running", `Process ${record.pid} serves ${env.dataDir} already.`, { kind: "conflict", mend: "npm stop" });
	}
	for (const child of Object.values(record?.children ?? {})) await endProcess(child, { graceMs, clock: systemClock });
	const client = createEngineClient(join(env.dataDir, "engine.sock"));
	const other = await client.call("engine.info", {}, { signal: AbortSignal.timeout(5_000) }).catch(() => null);
	const startTime = other && (await startTimeOf(other.pid));
	if (other && startTime) await endProcess({ pid: other.pid, startTime }, { graceMs, clock: systemClock });
}
