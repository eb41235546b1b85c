import type { Lab } from "#lib/protocol/lab.ts";

/**
 * Which page a lab has.
 * - `starting`: its stages, beside the ticket
 * - `open`: the desk, with terminal; also after solving, until it ends
 * - `failed`: could not be made ready
 * - `over`: there is no cluster any more
 */
export type Phase = "starting" | "open" | "failed" | "over";

export function phaseOf(lab: Pick<Lab, "state">): Phase {
	switch (lab.state) {
		case "requested":
		case "provisioning":
		case "healthy":
		case "faulted":
		case "frozen":
			return "starting";
		case "active":
		case "resting":
		case "solved":
			return "open";
		case "failed":
			return "failed";
		case "expired":
		case "abandoned":
		case "destroying":
		case "destroyed":
			return "over";
	}
}

/** Solved and still there; also while it rests. */
export function isSolved(lab: Pick<Lab, "state" | "solvedAt">): boolean {
	return lab.state === "solved" || (lab.state === "resting" && lab.solvedAt !== null);
}

/** Whether it can be checked: one that rests is woken for it. */
export function isCheckable(lab: Pick<Lab, "state" | "solvedAt" | "checking">): boolean {
	return (lab.state === "active" || lab.state === "resting") && !isSolved(lab) && lab.checking === null;
}

/** How long it took from the first possible moment to the solution; null where it was not solved. */
export function solvingMs(lab: Pick<Lab, "readyAt" | "solvedAt">): number | null {
	return lab.readyAt === null || lab.solvedAt === null ? null : lab.solvedAt - lab.readyAt;
}
