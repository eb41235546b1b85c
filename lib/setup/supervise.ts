import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, renameSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { Clock } from "../core/clock.ts";

export interface Program {
	name: string;
	file: string;
	args: string[];
	cwd: string;
	env: NodeJS.ProcessEnv;
	/** Both streams are appended to it. */
	logFile: string;
}

export interface Supervision {
	/** The process id while it runs. */
	pid(): number | null;
	/** From now on an end is not answered by a new start. */
	release(): void;
	/** Asks the program to end, kills it after the grace, resolves when it is gone. */
	stop(graceMs: number): Promise<void>;
}

/** The wait before a new start: quick after a long life, longer each time a program dies soon. */
export function nextDelayMs(previousMs: number, livedMs: number): number {
	return livedMs > 30_000 ? 200 : Math.min(10_000, Math.max(200, previousMs * 2));
}

const keptLogBytes = 20 * 1024 * 1024;

/**
 * Keeps a program running: starts it again whenever it ends, until released.
 * @param on.started called with the process id of each start
 * @param on.ended called in words with each end that is answered by a new start
 */
export function supervise(
	program: Program,
	options: { clock: Clock; signal: AbortSignal; started: (pid: number) => void; ended: (why: string, againInMs: number) => void },
): Supervision {
	const { clock } = options;
	let child: ChildProcess | null = null;
	let released = false;
	let delayMs = 100;
	let gone = Promise.resolve();

	function start(): void {
		if (released) return;
		const startedAt = clock.now();
		const started = launch(program);
		child = started;
		gone = new Promise((resolve) => {
			let over = false;
			const end = (why: string) => {
				if (over) return;
				over = true;
				child = null;
				resolve();
				if (released) return;
				delayMs = nextDelayMs(delayMs, clock.now() - startedAt);
				options.ended(why, delayMs);
				clock.sleep(delayMs, options.signal).then(start, () => {});
			};
			started.once("spawn", () => options.started(started.pid as number));
			started.once("error", (error) => end(error.message));
			started.once("exit", (code, signal) => end(signal ? `it was ended by ${signal}` : `it ended with ${code}`));
		});
	}

	start();
	return {
		pid: () => child?.pid ?? null,
		release: () => {
			released = true;
		},
		async stop(graceMs) {
			released = true;
			const running = child;
			if (!running) return;
			running.kill("SIGTERM");
			const timer = setTimeout(() => running.kill("SIGKILL"), graceMs);
			await gone;
			clearTimeout(timer);
		},
	};
}

function launch(program: Program): ChildProcess {
	const log = openLog(program.logFile);
	try {
		// A group of its own: Ctrl-C reaches the supervisor only, which ends its programs in order.
		return spawn(program.file, program.args, { cwd: program.cwd, env: program.env, stdio: ["ignore", log, log], detached: true });
	} finally {
		closeSync(log);
	}
}

function openLog(file: string): number {
	mkdirSync(dirname(file), { recursive: true });
	try {
		if (statSync(file).size > keptLogBytes) renameSync(file, `${file}.old`);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
	}
	return openSync(file, "a", 0o600);
}
