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
	/** Of a sequential test: how many of the samples were as expected; `strip` has the newest only. */
	asExpected: z.number().int().nonnegative().optional(),
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
	/** What a verdict that is not final waits for: `rollout of Deployment catalog, 1 of 2 pods ready`. */
	waitsFor: z.string().optional(),
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

/** An object that is not as the fault left it. */
export const touchedObject = z.object({
	/** `Service catalog (namespace shop)`. */
	object: z.string(),
	change: z.enum(["created", "changed", "recreated", "deleted"]),
	/** Dotted paths of what differs: `spec.selector`. Empty for created and deleted ones. */
	fields: z.array(z.string()),
	/** How far it reaches, in words: `every pod of namespace shop`; empty where no further than itself. */
	reach: z.string(),
});
export type TouchedObject = z.infer<typeof touchedObject>;

/** The answer of a decisive check. */
export const gradeReport = z.object({
	verdict,
	repair,
	points: z.number(),
	maxPoints: z.number(),
	objectives: z.array(objectiveResult),
	guards: z.array(guardResult),
	/** What was changed since the fault, by whomever; what controllers made of it is left out. */
	touched: z.array(touchedObject).default([]),
	/** Why the verdict is `error` where no objective or guard says so: the cluster's API did not answer. */
	trouble: z.string().optional(),
	/** Milliseconds since the epoch. */
	at: z.number(),
	durationMs: z.number(),
});
export type GradeReport = z.infer<typeof gradeReport>;
