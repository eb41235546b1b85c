import type { QueuePlace } from "../protocol/lab.ts";
import type { QueueAnswer, QueueRequest } from "./plan/queue-types.ts";

/** Seen from an eviction until nothing is left on the host: 3 to 8 s. */
const givingMs = 5_000;

/**
 * What those who wait are told: first those whose room the pool is freeing, then those in line, last those who wait for
 * a lab of their own to end.
 */
export function placesOf(answers: readonly QueueAnswer[], requests: readonly QueueRequest[], now: number): Map<string, QueuePlace> {
	const startMs = new Map(requests.map((request) => [request.id, request.startMs]));
	const of = answers.length;
	const inOrder = answers.toSorted((a, b) => rank(a) - rank(b));
	return new Map(inOrder.map((answer, index) => [answer.id, { position: index + 1, of, ...told(answer) }]));

	function told(answer: QueueAnswer): Pick<QueuePlace, "expectedAt" | "reason"> {
		if (answer.decision === "start") {
			const reason = answer.poolGivesBytes > 0 ? "A lab that was made ahead gives way to this one." : "Its turn is about to come.";
			return { expectedAt: now + givingMs + (startMs.get(answer.id) ?? 0), reason };
		}
		const waitMs = answer.decision === "wait" ? answer.waitMs : null;
		return { expectedAt: waitMs === null ? null : now + waitMs, reason: answer.reason };
	}
}

function rank(answer: QueueAnswer): number {
	if (answer.decision === "start") return 0;
	return answer.decision === "wait" ? answer.position : Number.POSITIVE_INFINITY;
}
