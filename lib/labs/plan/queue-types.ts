/** Somebody who wants a lab. */
export interface QueueRequest {
	id: string;
	person: string;
	/** The round in which it comes; see `turnOf`. */
	turn: number;
	askedAt: number;
	/** Memory that the lab takes in use. */
	bytes: number;
	/** Memory that a prepared lab for it takes already; 0 where there is none. */
	heldBytes: number;
	/** From its turn to ready, as measured for the way in which it will start. */
	startMs: number;
}

/** A lab of this instance that has had its turn. */
export interface LabInUse {
	/** Null where it is nobody's any more: it is being removed. */
	person: string | null;
	bytes: number;
	/** In the future while it is on its way. */
	readyAt: number;
	/** When it is likely to end, see `likelyEnd`; infinite where nobody knows. */
	endsAt: number;
}

export interface QueueInput {
	now: number;
	requests: readonly QueueRequest[];
	labs: readonly LabInUse[];
	/** What this instance's labs could take if nothing else ran. */
	mostBytes: number;
	/** All that labs of every instance may take together, as things are. */
	memoryBytes: number;
	/** Memory by instance, this one's pool and labs included: what is taken, or granted where that is more. */
	useByInstance: Readonly<Record<string, number>>;
	/** The part of this instance's use that its pool holds and can give. */
	poolBytes: number;
	/** How long a lab usually is in use. */
	usualMs: number;
	limits: {
		/** Labs of one person at once. */
		perPerson: number;
		/** Labs on their way at once. */
		startsAtOnce: number;
	};
}

export type QueueAnswer = { id: string } & (
	| {
			decision: "start";
			/** What the pool must have freed before. */
			poolGivesBytes: number;
	  }
	| {
			decision: "wait";
			/** From 1. */
			position: number;
			/** Until ready, expected; null where it hangs on labs of other instances, whose end is not known. */
			waitMs: number | null;
			reason: string;
	  }
	/** Waits for a lab of the same person to end, in nobody's way. */
	| { decision: "own-limit"; reason: string }
	| { decision: "impossible"; reason: string }
);
