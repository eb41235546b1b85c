import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import Database from "better-sqlite3";
import { AppError } from "../core/errors.ts";

/** How often a waiter looks again: far below what any build takes. */
const pollMs = 200;

export interface KeyLockOptions {
	/** Where locks live; made if missing. */
	folder: string;
	/** A file name: letters, digits, dots, dashes. */
	key: string;
	signal: AbortSignal;
	/** Called once where another process holds the lock. */
	onWait?: () => void;
}

/**
 * Runs an action while no other process (nor caller in this one) runs one under the same key.
 *
 * The lock is SQLite's on an empty file: the kernel holds it for the process, so a killed holder leaves nothing
 * behind, and no process id has to be believed.
 * @throws AppError `lock-aborted` where the signal ends the wait
 */
export async function withKeyLock<T>(options: KeyLockOptions, action: () => Promise<T>): Promise<T> {
	await mkdir(options.folder, { recursive: true });
	const lock = new Database(join(options.folder, `${options.key}.lock`), { timeout: 0 });
	try {
		let waiting = false;
		while (!tryLock(lock)) {
			if (!waiting) options.onWait?.();
			waiting = true;
			await delay(pollMs, undefined, { signal: options.signal }).catch((cause) => {
				throw new AppError("lock-aborted", `Waiting for ${options.key} was cancelled.`, { cause });
			});
		}
		return await action();
	} finally {
		lock.close();
	}
}

function tryLock(lock: Database.Database): boolean {
	try {
		lock.exec("BEGIN EXCLUSIVE");
		return true;
	} catch (error) {
		if (error instanceof Database.SqliteError && error.code.startsWith("SQLITE_BUSY")) return false;
		throw error;
	}
}
