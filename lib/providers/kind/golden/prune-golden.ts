import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../../core/errors.ts";
import { removeGolden } from "./golden-file.ts";

const MiB = 1024 * 1024;
const dayMs = 24 * 60 * 60_000;
/** Its node image or scenario has changed since, mostly: what is in use is used by every start. */
const unusedMs = 14 * dayMs;
/** Younger than this it may be another instance's, which has just made it. */
const freshMs = dayMs;

/** 60 prepared clusters of 17 MB. */
export const defaultLimitBytes = 1024 ** 3;

/** A prepared cluster on disk, or what a killed engine has left of one. */
export interface Kept {
	key: string;
	bytes: number;
	/** Milliseconds since the epoch. */
	usedAt: number;
}

/** Keys to remove: all that nobody has used for long, and the least recently used until the rest fits. */
export function planPrune(kept: readonly Kept[], { limitBytes, now }: { limitBytes: number; now: number }): string[] {
	const byUse = [...kept].sort((a, b) => a.usedAt - b.usedAt);
	let total = kept.reduce((sum, { bytes }) => sum + bytes, 0);
	return byUse.flatMap(({ key, bytes, usedAt }) => {
		const age = now - usedAt;
		if (age <= unusedMs && !(total > limitBytes && age > freshMs)) return [];
		total -= bytes;
		return [key];
	});
}

/** Removes prepared clusters that are not used any more. @returns bytes that the others take */
export async function pruneGolden(dir: string, limits: { limitBytes: number; now: number }): Promise<number> {
	const kept = await keptIn(dir);
	const gone = new Set(planPrune(kept, limits));
	for (const key of gone) await removeGolden(dir, key);
	return kept.filter(({ key }) => !gone.has(key)).reduce((sum, { bytes }) => sum + bytes, 0);
}

/**
 * The same before one more is made.
 * @throws AppError `prepared-full` where those in use take as much of the disk as they may
 */
export async function makeRoom(dir: string, limits: { limitBytes: number; now: number }): Promise<void> {
	const left = await pruneGolden(dir, limits);
	if (left < limits.limitBytes) return;
	throw new AppError("prepared-full", `Prepared clusters take ${Math.ceil(left / MiB)} MiB in ${dir}.`, {
		mend: "Allow more with FAULTLINE_CLONES_MIB.",
	});
}

/** All in a folder of prepared clusters. */
export async function keptIn(dir: string): Promise<Kept[]> {
	const keys = await readdir(dir).catch(() => []);
	return Promise.all(
		keys.map(async (key) => {
			const files = await readdir(join(dir, key)).catch(() => []);
			const sizes = await Promise.all(
				files.map((file) =>
					stat(join(dir, key, file)).then(
						({ size }) => size,
						() => 0,
					),
				),
			);
			const usedAt = await stat(join(dir, key)).then(
				({ mtimeMs }) => mtimeMs,
				() => 0,
			);
			return { key, usedAt, bytes: sizes.reduce((sum, size) => sum + size, 0) };
		}),
	);
}
