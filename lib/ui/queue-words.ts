import { formatRough } from "./duration.ts";

/** Where a lab that waits stands, as the engine says it. */
interface Place {
	position: number;
	of: number;
	/** Milliseconds since the epoch; null where nobody knows. */
	expectedAt: number | null;
}

const minuteMs = 60_000;
const stepMs = 10_000;

/** `2 of 3` */
export const placeWords = ({ position, of }: Pick<Place, "position" | "of">): string => `${position} of ${of}`;

/** When a lab that waits is likely to be ready: `about 3 min`, in steps, so that an estimate does not look like a clock. */
export function expectedWords({ expectedAt }: Pick<Place, "expectedAt">, now: number): string {
	if (expectedAt === null) return "when there is room";
	const ms = expectedAt - now;
	if (ms <= stepMs) return "any moment";
	const step = ms <= minuteMs ? stepMs : minuteMs;
	return `about ${formatRough(Math.ceil(ms / step) * step)}`;
}

/** `Position 2 of 3, about 3 min` */
export function queueLine(place: Place, now: number): string {
	return `Position ${placeWords(place)}, ${expectedWords(place, now)}`;
}
