import { z } from "zod";

/** The layers of the request path, in the order in which a request meets them. */
export const layer = z.enum(["pod", "service", "endpoints", "dns", "policy", "edge", "node"]);
export type Layer = z.infer<typeof layer>;

export const scenarioSummary = z.object({
	slug: z.string(),
	title: z.string(),
	/** One line: what the user sees. */
	symptom: z.string(),
	layer,
	level: z.number().int().min(1).max(5),
	minutes: z.number().int().positive(),
	tags: z.array(z.string()),
	/** How this person stands with it. */
	progress: z.enum(["new", "open", "solved", "workaround"]).default("new"),
	bestMs: z.number().nullable().default(null),
});
export type ScenarioSummary = z.infer<typeof scenarioSummary>;

export const problem = z.object({
	file: z.string(),
	line: z.number().int().nullable(),
	message: z.string(),
	mend: z.string().optional(),
});
export type Problem = z.infer<typeof problem>;

export const lintResult = z.object({ slug: z.string(), ok: z.boolean(), problems: z.array(problem) });
export type LintResult = z.infer<typeof lintResult>;

/** A variant of which every run has ended. */
export const proofVariant = z.object({ slug: z.string(), seed: z.number().int() });
export type ProofVariant = z.infer<typeof proofVariant>;

export const proofRun = z.object({
	slug: z.string(),
	seed: z.number().int(),
	kind: z.enum(["baseline", "fault", "fix", "wrong", "mutant"]),
	name: z.string(),
	/** What had to come out, in words. */
	expected: z.string(),
	/** What came out, in words: the verdict and the deciding message. */
	verdict: z.string(),
	/** Why the expected outcome is the right one, in words. */
	why: z.string(),
	ok: z.boolean(),
	seconds: z.number(),
});
export type ProofRun = z.infer<typeof proofRun>;

export const proofReport = z.object({ passed: z.number(), failed: z.number(), runs: z.array(proofRun) });
export type ProofReport = z.infer<typeof proofReport>;
