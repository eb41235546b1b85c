import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";

/** Durations of earlier runs in milliseconds by stage, newest last. */
export const timings = z.record(z.string(), z.array(z.number().nonnegative()));
export type Timings = z.infer<typeof timings>;

/**
 * What to expect on a host without earlier runs: measured once on 2 cores with nothing in any cache, images built there.
 * The first run of a stage takes the place of its figure.
 */
export const firstRun: Timings = {
	"Debian packages": [18_000],
	"Docker Engine": [12_000],
	images: [555_000],
	pages: [25_000],
	"ingress add-on": [420_000],
};

/** How many runs an estimate looks back. */
const kept = 5;

/** The median of earlier runs; null where there are none. */
export function usualMs(all: Timings, stage: string): number | null {
	const sorted = [...(all[stage] ?? [])].sort((a, b) => a - b);
	if (sorted.length === 0) return null;
	const middle = Math.floor(sorted.length / 2);
	const upper = sorted[middle] as number;
	return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}

/** With one more run; the oldest goes where there are more than five. */
export function withTiming(all: Timings, stage: string, durationMs: number): Timings {
	return { ...all, [stage]: [...(all[stage] ?? []), Math.round(durationMs)].slice(-kept) };
}

/** A file that is missing or damaged is a host without earlier runs. */
export async function readTimings(file: string): Promise<Timings> {
	try {
		return timings.parse(JSON.parse(await readFile(file, "utf8")));
	} catch {
		return {};
	}
}

/** Adds a run to the file. Two checkouts that write at the same moment lose at most one figure. */
export async function addTiming(file: string, stage: string, durationMs: number): Promise<void> {
	const all = withTiming(await readTimings(file), stage, durationMs);
	await mkdir(dirname(file), { recursive: true });
	const fresh = `${file}.${process.pid}`;
	await writeFile(fresh, JSON.stringify(all));
	await rename(fresh, file);
}

/** A duration in words: `8 s`, `3 min 20 s`, `1 h 5 min`. */
export function inWords(durationMs: number): string {
	const seconds = Math.round(durationMs / 1000);
	if (seconds < 60) return durationMs < 9950 ? `${(durationMs / 1000).toFixed(1)} s` : `${seconds} s`;
	const minutes = Math.floor(seconds / 60);
	if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
	return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
