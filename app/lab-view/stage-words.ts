import type { Lab, Stage } from "#lib/protocol/lab.ts";
import { formatDuration, formatRough } from "#lib/ui/duration.ts";
import { queueLine } from "#lib/ui/queue-words.ts";

/**
 * How far a stage is, in words: `4 s of about 6`, `4 s` where nobody knows its usual time, `took 5 s`, and past twice
 * the usual time that it is slow. A lab that was made ahead wakes in less than a second: there is nothing to count then.
 */
export function stageWords(stage: Stage, now: number): string {
	if (stage.endedAt !== null) {
		const took = stage.endedAt - stage.startedAt;
		return took < 1000 ? "took under a second" : `took ${formatRough(took)}`;
	}
	const elapsed = Math.max(0, now - stage.startedAt);
	if (stage.usualMs === null) return formatDuration(elapsed);
	if (stage.usualMs < 1000) return elapsed < 1000 ? "takes under a second" : `${formatDuration(elapsed)}, usually under a second`;
	const usual = formatRough(stage.usualMs).replace(/ s$/, "");
	if (elapsed > 2 * stage.usualMs && elapsed > 5000) return `${formatDuration(elapsed)}, usually about ${formatRough(stage.usualMs)}`;
	return `${formatDuration(elapsed)} of about ${usual}`;
}

/** How full the bar of a stage is, 0 to 1; it never fills before the end. Null where nobody knows the usual time. */
export function stageShare(stage: Stage, now: number): number | null {
	if (stage.endedAt !== null) return 1;
	if (stage.usualMs === null || stage.usualMs <= 0) return null;
	return Math.min(0.95, Math.max(0, now - stage.startedAt) / stage.usualMs);
}

/** Before the first stage. A lab that was made ahead has its place already. */
export function unbegunWords({ state }: Pick<Lab, "state">): string {
	return state === "frozen" ? "About to wake" : "Waiting for a place";
}

/** What the making comes to, in a sentence: true of a new cluster, of one that was cloned with the fault in it, and of one that wakes. */
export function makingWords({ state }: Pick<Lab, "state">): string {
	return state === "frozen"
		? "A cluster of your own was made ahead. It wakes, and is shown once it is seen to fail as the ticket says."
		: "A cluster of your own starts, and is shown once it is proven to fail as the ticket says.";
}

/** The stage under way in one line: `Starting CoreDNS · 4 s of about 6`, before it the place in the queue. */
export function startingLine(lab: Pick<Lab, "state" | "stages" | "queue">, now: number): string {
	if (lab.queue) return queueLine(lab.queue, now);
	const current = lab.stages.findLast((stage) => stage.endedAt === null);
	return current ? `${current.name} · ${stageWords(current, now)}` : unbegunWords(lab);
}
