import { z } from "zod";

/** What can be said of a check. `error` is the grader's own problem, never the learner's. */
export const verdict = z.enum(["pass", "fail", "unproven", "error"]);
export type Verdict = z.infer<typeof verdict>;

/** What was seen, so that a reader can judge the verdict. */
export const evidence = z.object({
	expected: z.string(),
	observed: z.string(),
	/** The vantage in words: `pod frontend-7d4b9 (namespace shop)`. */
	from: z.string(),
	/** How many probes the verdict rests on. */
	samples: z.number().int().nonnegative(),
	/** While unproven: the sample at which a decision is expected. */
	decisionAt: z.number().int().positive().optional(),
	/** Newest last, at most 40: true where the probe was as expected. */
	strip: z.array(z.boolean()).default([]),
});
export type Evidence = z.infer<typeof evidence>;

export const objectiveResult = z.object({
	id: z.string(),
	title: z.string(),
	verdict,
	/** Points earned of `maxPoints`. */
	points: z.number(),
	maxPoints: z.number(),
	message: z.string(),
	/** When the verdict last changed, milliseconds since the epoch; where that is known. */
	since: z.number().optional(),
	evidence: z.array(evidence),
});
export type ObjectiveResult = z.infer<typeof objectiveResult>;

export const guardResult = z.object({
	id: z.string(),
	title: z.string(),
	verdict,
	message: z.string(),
});
export type GuardResult = z.infer<typeof guardResult>;

export const repair = z.enum(["repair", "workaround", "none"]);
export type Repair = z.infer<typeof repair>;

/** The answer of a decisive check. */
export const gradeReport = z.object({
	verdict,
	repair,
	points: z.number(),
	maxPoints: z.number(),
	objectives: z.array(objectiveResult),
	guards: z.array(guardResult),
	/** Milliseconds since the epoch. */
	at: z.number(),
	durationMs: z.number(),
});
export type GradeReport = z.infer<typeof gradeReport>;
