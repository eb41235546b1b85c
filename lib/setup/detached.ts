import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";

export interface DetachedOptions {
	/** Both streams are appended to it. */
	logFile: string;
	cwd?: string;
	env?: NodeJS.ProcessEnv;
}

/**
 * Starts a program that outlives this process: a session of its own, no terminal, output to a file.
 * @returns its process id
 * @throws the error of the start itself (`ENOENT`, `EACCES`)
 */
export async function startDetached(file: string, args: readonly string[], options: DetachedOptions): Promise<number> {
	mkdirSync(dirname(options.logFile), { recursive: true });
	const log = openSync(options.logFile, "a");
	try {
		const child = spawn(file, args, {
			detached: true,
			stdio: ["ignore", log, log],
			cwd: options.cwd,
			env: options.env ?? process.env,
		});
		await new Promise<void>((resolve, reject) => {
			child.once("spawn", resolve);
			child.once("error", reject);
		});
		child.unref();
		return child.pid as number;
	} finally {
		closeSync(log);
	}
}
