/** A lab on record, as far as it counts when somebody asks for one. */
export interface LabAsked {
	person: string;
	waits: boolean;
	/** Of one that waits. */
	turn: number;
	askedAt: number;
	/** Null while it waits or is there. */
	endedAt: number | null;
}

/**
 * In whose round a new request comes: everybody's first lab, then everybody's second. It is settled when it is asked for, so
 * that nobody comes before others by ending a lab that they have had while those waited. What counts is what the person has,
 * waits for, or has had since the oldest request that still waits.
 */
export function turnOf(person: string, labs: readonly LabAsked[]): number {
	const since = Math.min(...labs.filter(({ waits }) => waits).map(({ askedAt }) => askedAt));
	const own = labs.filter((lab) => lab.person === person);
	const had = own.filter(({ waits, endedAt }) => !waits && (endedAt === null || endedAt > since)).length;
	return Math.max(had, ...own.filter(({ waits }) => waits).map(({ turn }) => turn + 1));
}
