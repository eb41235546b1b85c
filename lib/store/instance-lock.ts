import SQLite from "better-sqlite3";
import { AppError } from "../core/errors.ts";

/**
 * Makes this process the only engine of a data directory until it ends, however it ends: an exclusive transaction on a
 * file of its own is a lock of the operating system, which goes with the process.
 * @param file `$FAULTLINE_DATA/engine.lock`
 * @returns a function that gives the lock back
 * @throws AppError `engine-running` where another process holds it
 */
export function takeInstanceLock(file: string): () => void {
	const lock = new SQLite(file, { timeout: 0 });
	try {
		lock.exec("BEGIN EXCLUSIVE");
	} catch (cause) {
		lock.close();
		throw new AppError("engine-running", "Another engine serves this data directory.", {
			kind: "conflict",
			mend: "Use it, or end it with npm stop.",
			cause,
		});
	}
	return () => void lock.close();
}
