import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/**
 * Does some work while no other process does it. A lock left by a process that is gone is taken over.
 * @template T
 * @param {string} folder made for as long as the lock is held
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(folder, work) {
	mkdirSync(dirname(folder), { recursive: true });
	let lookedEmpty = 0;
	for (;;) {
		try {
			mkdirSync(folder);
			break;
		} catch (error) {
			if (error.code !== "EEXIST") throw error;
		}
		const holder = readHolder(folder);
		// Between making the folder and writing the name a holder is unknown for a moment.
		lookedEmpty = holder === null ? lookedEmpty + 1 : 0;
		if ((holder !== null && !isAlive(holder)) || lookedEmpty > 10) rmSync(folder, { recursive: true, force: true });
		else await delay(200);
	}
	writeFileSync(join(folder, "pid"), String(process.pid));
	const release = () => rmSync(folder, { recursive: true, force: true });
	process.once("exit", release);
	try {
		return await work();
	} finally {
		process.off("exit", release);
		release();
	}
}

/** @param {string} folder */
function readHolder(folder) {
	try {
		return Number(readFileSync(join(folder, "pid"), "utf8")) || null;
	} catch {
		return null;
	}
}

/** @param {number} pid */
export function isAlive(pid) {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return error.code === "EPERM";
	}
}
