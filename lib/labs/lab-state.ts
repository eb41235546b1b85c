import { AppError } from "../core/errors.ts";
import type { LabState } from "../protocol/lab.ts";

/** What can happen to a lab. */
export type LabEvent =
	| "provision"
	| "baseline-proven"
	| "fault-proven"
	| "freeze"
	/** Of the pool: made warm again. */
	| "renew"
	| "claim"
	| "rest"
	| "wake"
	| "solve"
	| "expire"
	| "abandon"
	| "reset"
	/** A spare takes the lab's place. */
	| "replace"
	| "fail"
	| "destroy"
	| "destroyed";

// requested → provisioning → healthy → faulted → (frozen) → active ⇄ resting ⇄ solved | expired | abandoned → destroying → destroyed
const transitions: Record<LabState, Partial<Record<LabEvent, LabState>>> = {
	// A lab that waits for its turn may find one of the pool.
	requested: { provision: "provisioning", replace: "frozen", abandon: "abandoned", fail: "failed" },
	provisioning: { "baseline-proven": "healthy", abandon: "abandoned", fail: "failed" },
	healthy: { "fault-proven": "faulted", abandon: "abandoned", fail: "failed" },
	// A lab that does not wake as it was proven is made anew.
	faulted: { freeze: "frozen", claim: "active", abandon: "abandoned", reset: "requested", fail: "failed" },
	frozen: { renew: "faulted", claim: "active", expire: "expired", abandon: "abandoned", reset: "requested", fail: "failed" },
	active: {
		replace: "frozen",
		rest: "resting",
		solve: "solved",
		expire: "expired",
		abandon: "abandoned",
		reset: "requested",
		fail: "failed",
	},
	resting: {
		replace: "frozen",
		wake: "active",
		// One that was solved before wakes as that.
		solve: "solved",
		expire: "expired",
		abandon: "abandoned",
		reset: "requested",
		fail: "failed",
	},
	solved: { replace: "frozen", rest: "resting", expire: "expired", abandon: "abandoned", reset: "requested", fail: "failed" },
	expired: { destroy: "destroying" },
	abandoned: { destroy: "destroying" },
	// A failed lab keeps what is there until its owner has read why.
	failed: { replace: "frozen", abandon: "abandoned", expire: "expired", reset: "requested" },
	destroying: { destroyed: "destroyed" },
	destroyed: {},
};

/**
 * The state after an event.
 * @throws AppError `lab-state` where the event makes no sense in that state
 */
export function nextState(state: LabState, event: LabEvent): LabState {
	const next = transitions[state][event];
	if (!next) throw new AppError("lab-state", `A lab that is ${state} can't ${event}.`, { kind: "conflict" });
	return next;
}

/** Whether an event is possible in a state. */
export function canHappen(state: LabState, event: LabEvent): boolean {
	return transitions[state][event] !== undefined;
}

/** States in which the engine still has to bring the lab to the learner. */
export function isStarting(state: LabState): boolean {
	return state === "requested" || state === "provisioning" || state === "healthy" || state === "faulted";
}

/** States in which the learner can use the lab. */
export function isUsable(state: LabState): boolean {
	return state === "active" || state === "solved";
}

/** States in which the lab is over and its parts are to be removed or gone. */
export function isOver(state: LabState): boolean {
	return state === "expired" || state === "abandoned" || state === "destroying" || state === "destroyed";
}
