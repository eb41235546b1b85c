import type { Lab } from "#lib/protocol/lab.ts";
import type { GradeReport, ObjectiveResult, Verdict } from "#lib/protocol/report.ts";
import { placeWords } from "#lib/ui/queue-words.ts";

const words: Record<Verdict, string> = {
	pass: "passes",
	fail: "fails",
	unproven: "is not proven yet",
	error: "could not be checked: a problem of Faultline's own",
};

/** A verdict as the end of a sentence that begins with the objective. */
export function verdictWords(verdict: Verdict): string {
	return words[verdict];
}

/** How much of the sampling is done, 0 to 1. */
export function unprovenShare(objective: Pick<ObjectiveResult, "evidence">): number {
	const shares = objective.evidence.flatMap((one) => (one.decisionAt ? [one.samples / one.decisionAt] : []));
	return shares.length === 0 ? 0 : Math.min(1, Math.min(...shares));
}

/** The line under an objective's title; a passing one needs none. */
export function objectiveLine(objective: ObjectiveResult): string | null {
	if (objective.verdict === "pass") return null;
	if (objective.verdict === "unproven") {
		const slowest = objective.evidence.find((one) => one.decisionAt);
		if (slowest?.decisionAt) {
			const good = slowest.asExpected ?? slowest.samples - slowest.strip.filter((one) => !one).length;
			return `${good} of ${slowest.samples}, decision at ${slowest.decisionAt}`;
		}
	}
	if (objective.waitsFor) return `Waiting for ${objective.waitsFor}`;
	return objective.message || null;
}

/** What turned between two states of a lab, for a screen reader; null where nothing did. */
export function turnsWords(before: readonly ObjectiveResult[], after: readonly ObjectiveResult[]): string | null {
	const old = new Map(before.map((one) => [one.id, one.verdict]));
	const turned = after.filter((one) => old.has(one.id) && old.get(one.id) !== one.verdict);
	return turned.length === 0 ? null : turned.map((one) => `${one.title}: ${words[one.verdict]}.`).join(" ");
}

/** `2 of 4`. */
export function passedWords(objectives: readonly ObjectiveResult[]): string {
	return `${objectives.filter((one) => one.verdict === "pass").length} of ${objectives.length}`;
}

export interface ResultWords {
	mark: Verdict | "workaround";
	title: string;
	text: string;
}

/** What a decisive check came to. */
export function resultWords(report: GradeReport): ResultWords {
	if (report.verdict === "error") {
		return {
			mark: "error",
			title: "Faultline could not check",
			text: `The problem is its own, not yours. Nothing is counted; press Check again.${report.trouble ? ` ${report.trouble}` : ""}`,
		};
	}
	if (report.repair === "workaround") {
		return { mark: "workaround", title: "A workaround", text: "The traffic flows, but the fix does something that it must not." };
	}
	if (report.repair === "repair" && report.verdict === "pass") {
		return { mark: "pass", title: "Repaired", text: "The traffic flows, also after pods were replaced." };
	}
	if (report.verdict === "unproven") {
		return { mark: "unproven", title: "Not proven yet", text: "Nothing failed, but there were too few samples to be sure. Check again." };
	}
	const failing = report.objectives.filter((one) => one.verdict === "fail").length;
	const passing = report.objectives.filter((one) => one.verdict === "pass").length;
	return {
		mark: "fail",
		title: "Not yet",
		text:
			failing === 0
				? "The fix does something that it must not."
				: `${failing} of ${failing + passing} objectives ${failing === 1 ? "fails" : "fail"}.`,
	};
}

type Turning = Pick<Lab, "checking" | "report" | "resting" | "queue">;

/** What a screen reader hears of a lab's change beyond its objectives; null where nothing turned. */
export function labTurnsWords(before: Turning, after: Turning): string | null {
	if (after.report && after.report.at !== before.report?.at) {
		const { title, text } = resultWords(after.report);
		return `${title}. ${text}`;
	}
	if ((after.resting === null) !== (before.resting === null)) return after.resting ? "The lab rests. A key wakes it." : "The lab is awake.";
	if (before.queue && !after.queue) return "The wait for room is over.";
	if (after.queue && after.queue.position !== before.queue?.position) return `Position ${placeWords(after.queue)}.`;
	return after.checking && after.checking !== before.checking ? `Checking: ${after.checking}.` : null;
}
