import type { Lab, LabState } from "#lib/protocol/lab.ts";
import { formatRough } from "#lib/ui/duration.ts";
import { expectedWords, placeWords } from "#lib/ui/queue-words.ts";

const here: ReadonlySet<LabState> = new Set([
	"requested",
	"provisioning",
	"healthy",
	"faulted",
	"frozen",
	"active",
	"resting",
	"solved",
	"failed",
]);

/** Labs that one can go back to, newest first. */
export function runningLabs(labs: readonly Lab[]): Lab[] {
	return labs.filter((lab) => here.has(lab.state)).toSorted((a, b) => b.createdAt - a.createdAt);
}

/** How a lab stands, in a few words. */
export function stateWords(lab: Pick<Lab, "state" | "objectives" | "expiresAt" | "checking" | "solvedAt" | "queue">, now: number): string {
	switch (lab.state) {
		case "requested":
		case "provisioning":
		case "healthy":
		case "faulted":
		case "frozen":
			return lab.queue ? `Waiting for room · ${placeWords(lab.queue)}, ${expectedWords(lab.queue, now)}` : "Getting ready";
		case "active": {
			if (lab.checking) return "Checking";
			const left = lab.expiresAt === null ? "" : ` · ${formatRough(lab.expiresAt - now)} left`;
			return `${passed()}${left}`;
		}
		case "resting":
			return lab.solvedAt === null ? `Resting · ${passed()}` : "Solved, resting";
		case "solved":
			return "Solved, still open";
		case "failed":
			return "Could not be made ready";
		case "expired":
			return "Time ran out";
		case "abandoned":
			return "Ended";
		case "destroying":
		case "destroyed":
			return "Removed";
	}

	function passed(): string {
		return `${lab.objectives.filter((one) => one.verdict === "pass").length} of ${lab.objectives.length} objectives`;
	}
}
