import { z } from "zod";
import { errorBody } from "../core/errors.ts";
import { gradeReport, objectiveResult } from "./report.ts";
import { layer } from "./scenario.ts";

export const labState = z.enum([
	"requested",
	"provisioning",
	"healthy",
	"faulted",
	"frozen",
	"active",
	"resting",
	"solved",
	"expired",
	"abandoned",
	"destroying",
	"destroyed",
	"failed",
]);
export type LabState = z.infer<typeof labState>;

/** A stage of getting a lab ready, as the page shows it. */
export const stage = z.object({
	name: z.string(),
	/** Milliseconds since the epoch. */
	startedAt: z.number(),
	endedAt: z.number().nullable(),
	/** Median of earlier runs on this host, where there are any. */
	usualMs: z.number().nullable(),
});
export type Stage = z.infer<typeof stage>;

/** Where a lab that waits for room stands. */
export const queuePlace = z.object({
	/** From 1. */
	position: z.number().int(),
	/** How many wait. */
	of: z.number().int(),
	/** When it is likely to be ready; null where that hangs on what nobody knows. */
	expectedAt: z.number().nullable(),
	/** What it waits for, in a sentence. */
	reason: z.string(),
});
export type QueuePlace = z.infer<typeof queuePlace>;

export const hint = z.object({ tier: z.number().int(), title: z.string(), markdown: z.string() });
export type Hint = z.infer<typeof hint>;

export const shell = z.object({ id: z.string(), title: z.string() });
export type Shell = z.infer<typeof shell>;

/** All that the page of a lab shows. */
export const lab = z.object({
	id: z.string(),
	scenario: z.string(),
	title: z.string(),
	layer,
	level: z.number().int(),
	seed: z.number().int(),
	state: labState,
	/** Who asked for it. */
	person: z.string(),
	/** While it waits for room, once there is a plan; null otherwise. */
	queue: queuePlace.nullable(),
	createdAt: z.number(),
	/** When the learner could begin; later by the time that the lab has rested. */
	readyAt: z.number().nullable(),
	/** When the lab is taken back, unless extended; while it rests this stands still, and moves on as it wakes. */
	expiresAt: z.number().nullable(),
	solvedAt: z.number().nullable(),
	/** A lab that nobody uses is frozen, and wakes for whoever comes back: since when, and how long it is kept so. */
	resting: z.object({ since: z.number(), keptUntil: z.number() }).nullable(),
	/** Markdown. */
	ticket: z.string(),
	stages: z.array(stage),
	/** Live verdicts; empty until the lab is active. */
	objectives: z.array(objectiveResult),
	/** The newest decisive check. */
	report: gradeReport.nullable(),
	/** The step that a running decisive check is at. */
	checking: z.string().nullable(),
	hintsShown: z.array(hint),
	hintsTotal: z.number().int(),
	/** Markdown; only after solving or giving up. */
	debrief: z.string().nullable(),
	shells: z.array(shell),
	failure: errorBody.extend({ step: z.string() }).nullable(),
	/** Where a browser finds it, when the web is up. */
	url: z.string().nullable(),
});
export type Lab = z.infer<typeof lab>;

/** One entry of the append-only timeline of an attempt. */
export const timelineEvent = z.object({
	seq: z.number().int(),
	/** Milliseconds since the epoch. */
	at: z.number(),
	kind: z.enum(["state", "stage", "objective", "check", "hint", "shell", "object", "note"]),
	/** One line for people. */
	text: z.string(),
	data: z.record(z.string(), z.unknown()).default({}),
});
export type TimelineEvent = z.infer<typeof timelineEvent>;
