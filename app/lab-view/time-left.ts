import { formatRough } from "#lib/ui/duration.ts";

/** Below this the time is no longer quiet. */
export const quietMs = 10 * 60_000;

export interface TimeLeft {
	/** `42 min`, and below ten minutes `9:41`. */
	text: string;
	/** True where it should be noticed. */
	soon: boolean;
	over: boolean;
}

/**
 * What is said of the time left; null where a lab has no end.
 * @param expiresAt milliseconds since the epoch
 */
export function timeLeft(expiresAt: number | null, now: number): TimeLeft | null {
	if (expiresAt === null) return null;
	const left = Math.max(0, expiresAt - now);
	if (left > quietMs) return { text: formatRough(left), soon: false, over: false };
	const seconds = Math.ceil(left / 1000);
	const text = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
	return { text, soon: true, over: left === 0 };
}

/** `Kept for 35 h 58 min more.` No time of day: server and browser may be in different places. @param until as `now` */
export function keptWords(until: number, now: number): string {
	return `Kept for ${formatRough(until - now)} more.`;
}
