import type { GuardResult, ObjectiveResult, Repair, Verdict } from "../protocol/report.ts";

export interface Summary {
	verdict: Verdict;
	repair: Repair;
	points: number;
	maxPoints: number;
}

/**
 * Sums up a decisive check (design, rules 1 and 2). The grader's own trouble outweighs all, for nothing may be held
 * against a learner then; a broken objective outweighs one not proven yet; objectives that all pass beside a broken
 * guard are a workaround, which earns half of the points, rounded down.
 */
export function summarise(objectives: readonly ObjectiveResult[], guards: readonly GuardResult[]): Summary {
	const maxPoints = objectives.reduce((sum, objective) => sum + objective.maxPoints, 0);
	const earned = objectives.reduce((sum, objective) => sum + objective.points, 0);
	const verdicts = [...objectives, ...guards].map(({ verdict }) => verdict);
	const of = (verdict: Verdict, repair: Repair, points: number): Summary => ({ verdict, repair, points, maxPoints });

	if (verdicts.includes("error")) return of("error", "none", 0);
	if (objectives.some(({ verdict }) => verdict === "fail")) return of("fail", "none", earned);
	if (verdicts.includes("unproven")) return of("unproven", "none", earned);
	if (guards.some(({ verdict }) => verdict === "fail")) return of("fail", "workaround", Math.floor(earned / 2));
	return of("pass", "repair", maxPoints);
}
