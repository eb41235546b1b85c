import type { LabInUse, QueueRequest } from "./queue-types.ts";

interface Course {
	now: number;
	labs: readonly LabInUse[];
	roomBytes: number;
	startsAtOnce: number;
	usualMs: number;
}

/**
 * When each of the waiting will have its turn, in their order, if labs end when they are likely to and those that start take
 * the usual time: the queue's own rule, played forward. Null from the first on for which no known end makes room.
 */
export function estimateStarts(
	{ now, labs, roomBytes, startsAtOnce, usualMs }: Course,
	waiting: readonly QueueRequest[],
): (number | null)[] {
	const ends = labs.map(({ endsAt, bytes }) => ({ at: Math.max(now, endsAt), bytes }));
	const arrivals = labs.filter(({ readyAt }) => readyAt > now).map(({ readyAt }) => readyAt);
	let [at, freeBytes] = [now, roomBytes];
	const starts: (number | null)[] = [];
	for (const { bytes, startMs } of waiting) {
		while (freeBytes < bytes) {
			const next = takeEarliest(ends);
			if (!next || next.at === Number.POSITIVE_INFINITY) return waiting.map((_, index) => starts[index] ?? null);
			at = Math.max(at, next.at);
			freeBytes += next.bytes;
		}
		while (arrivals.filter((readyAt) => readyAt > at).length >= startsAtOnce) at = Math.min(...arrivals.filter((readyAt) => readyAt > at));
		starts.push(at);
		freeBytes -= bytes;
		arrivals.push(at + startMs);
		ends.push({ at: at + startMs + usualMs, bytes });
	}
	return starts;
}

function takeEarliest(ends: { at: number; bytes: number }[]): { at: number; bytes: number } | undefined {
	const earliest = ends.reduce((best, { at }, index) => (at < (ends[best]?.at ?? Number.POSITIVE_INFINITY) ? index : best), 0);
	return ends.splice(earliest, 1)[0];
}

/**
 * When a lab is likely to end: the median of those recorded uses that lasted longer than this one so far, never after the
 * time at which it is taken back.
 * @param usedMs how long earlier labs of the scenario were in use, on this host
 */
export function likelyEnd(lab: { readyAt: number; expiresAt: number }, usedMs: readonly number[], now: number): number {
	const longer = usedMs.filter((ms) => lab.readyAt + ms > now).toSorted((a, b) => a - b);
	const median = longer[Math.floor(longer.length / 2)];
	return median === undefined ? lab.expiresAt : Math.min(lab.expiresAt, lab.readyAt + median);
}
