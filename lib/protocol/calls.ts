import { z } from "zod";
import { lab, shell, timelineEvent } from "./lab.ts";
import { gradeReport } from "./report.ts";
import { lintResult, proofReport, proofRun, proofVariant, scenarioSummary } from "./scenario.ts";

const labId = z.object({ id: z.string() });
const nothing = z.object({});

/**
 * Every call that a client may make of the engine: `POST /call/<name>` on the engine's socket with the input as JSON.
 * The answer is the output as JSON, or an `{error}` with a status of 4xx or 5xx.
 */
export const calls = {
	"engine.info": {
		input: nothing,
		output: z.object({
			instanceId: z.string(),
			pid: z.number(),
			version: z.string(),
			dataDir: z.string(),
			provider: z.string(),
			kubernetesVersion: z.string(),
		}),
	},
	/** Ends the engine; labs stay, frozen. With `destroy` they are removed first. */
	"engine.stop": { input: z.object({ destroy: z.boolean().default(false) }), output: nothing },

	/** A new one-time token for the owner's address; earlier unused ones end. */
	"auth.invite": { input: nothing, output: z.object({ token: z.string() }) },
	/** Spends a one-time token; the session's secret becomes the cookie. */
	"auth.redeem": { input: z.object({ token: z.string() }), output: z.object({ session: z.string(), expiresAt: z.number() }) },
	/** Who a session's secret stands for; null where it is unknown or over. */
	"auth.session": { input: z.object({ session: z.string() }), output: z.object({ role: z.literal("owner") }).nullable() },

	"scenario.list": { input: nothing, output: z.array(scenarioSummary) },
	"scenario.lint": { input: z.object({ slugs: z.array(z.string()) }), output: z.array(lintResult) },
	/** Long: see {@link streams}. */
	"lab.start": {
		input: z.object({
			scenario: z.string(),
			seed: z.number().int().optional(),
			/** For whom: the queue is fair by it, and a person's limit holds. */
			person: z.string().trim().min(1).max(60).default("owner"),
		}),
		output: lab,
	},
	"lab.list": { input: nothing, output: z.array(lab) },
	"lab.get": { input: labId, output: lab },
	/** The decisive check: restarts pods of the lab. Returns when it has ended. */
	"lab.grade": { input: labId, output: gradeReport },
	/** Back to the broken state, same seed; returns when under way. */
	"lab.reset": { input: labId, output: lab },
	/** Ends the attempt and removes the lab; returns when under way. */
	"lab.stop": { input: labId, output: lab },
	/** Wakes a lab that rests; returns when it is awake. Nothing where it is. */
	"lab.wake": { input: labId, output: lab },
	"lab.extend": { input: labId, output: lab },
	/** Shows the next tier of hints. */
	"lab.hint": { input: labId, output: lab },
	/** Gives up: shows the debrief. */
	"lab.reveal": { input: labId, output: lab },
	"lab.exec": {
		input: labId.extend({
			command: z.array(z.string()).min(1),
			stdin: z.string().optional(),
			timeoutMs: z.number().int().default(600_000),
		}),
		output: z.object({ exitCode: z.number(), stdout: z.string(), stderr: z.string() }),
	},
	"lab.timeline": { input: labId.extend({ after: z.number().int().default(0) }), output: z.array(timelineEvent) },

	/** Opens a further shell. */
	"shell.open": { input: labId, output: shell },
	/** Ends a shell and its processes. */
	"shell.close": { input: labId.extend({ shell: z.string() }), output: nothing },
	/** A ticket for one terminal connection: single use, 30 s. */
	"shell.ticket": { input: labId.extend({ shell: z.string() }), output: z.object({ ticket: z.string() }) },
} as const;

export type CallName = keyof typeof calls;
export type CallInput<N extends CallName> = z.input<(typeof calls)[N]["input"]>;
export type CallArguments<N extends CallName> = z.output<(typeof calls)[N]["input"]>;
export type CallOutput<N extends CallName> = z.output<(typeof calls)[N]["output"]>;

/**
 * Streams: `GET /stream/<name>?input=<JSON>` answers NDJSON until the end or until the client leaves.
 * A line `{error}` ends a stream that failed.
 */
export const streams = {
	/** The lab now and at every change of it; ends when it is destroyed. */
	"lab.watch": { input: labId, item: lab },
	/** Every change in the list of labs, as the lab that changed; those that exist come first. */
	"labs.watch": { input: nothing, item: lab },
	/** Proofs of scenarios, a line a run, the report last. Leaving cancels it and cleans up. */
	"scenario.verify": {
		input: z.object({
			slugs: z.array(z.string()),
			seeds: z.array(z.number().int()).optional(),
			/** Variants of a plan over all seeds; in the place of `slugs` and `seeds`. */
			only: z.array(proofVariant).optional(),
			/** Clusters at once. */
			jobs: z.number().int().positive().optional(),
		}),
		item: z.union([
			z.object({ run: proofRun }),
			z.object({ step: z.string() }),
			z.object({ done: proofVariant }),
			z.object({ report: proofReport }),
		]),
	},
} as const;

export type StreamName = keyof typeof streams;
export type StreamInput<N extends StreamName> = z.input<(typeof streams)[N]["input"]>;
export type StreamArguments<N extends StreamName> = z.output<(typeof streams)[N]["input"]>;
export type StreamItem<N extends StreamName> = z.output<(typeof streams)[N]["item"]>;
