import type { GuardResult, ObjectiveResult, Repair, Verdict } from "../protocol/report.ts";

export interface Summary {
	verdict: Verdict;
	repair: Repair;
	points: number;
	maxPoints: number;
}

/**
 * Sums up a decisive check (design, rules 1 and 2). The grader's own trouble outweighs all, for nothing may be held
 * against a learner then; a broken objective outweighs one not proven yet, whatever it is worth: one of 0 points is an
 * invariant; objectives that all pass beside a broken guard are a workaround. A broken guard halves the points, rounded
 * down.
 */
export function summarise(objectives: readonly ObjectiveResult[], guards: readonly GuardResult[]): Summary {
	const maxPoints = objectives.reduce((sum, objective) => sum + objective.maxPoints, 0);
	const earned = objectives.reduce((sum, objective) => sum + objective.points, 0);
	const broken = guards.some(({ verdict }) => verdict === "fail");
	const points = broken ? Math.floor(earned / 2) : earned;
	const verdicts = [...objectives, ...guards].map(({ verdict }) => verdict);
	const of = (verdict: Verdict, repair: Repair, points: number): Summary => ({ verdict, repair, points, maxPoints });

	if (verdicts.includes("error")) return of("error", "none", 0);
	if (objectives.some(({ verdict }) => verdict === "fail")) return of("fail", "none", points);
	if (verdicts.includes("unproven")) return of("unproven", "none", points);
	if (broken) return of("fail", "workaround", points);
	return of("pass", "repair", maxPoints);
}
