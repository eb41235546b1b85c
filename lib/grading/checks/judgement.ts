import type { Evidence, Verdict } from "../../protocol/report.ts";
import type { LabProbe, ProbeResult } from "../../providers/provider.ts";
import type { WorkloadRef } from "../../scenarios/check-schema.ts";
import type { ClusterView, Workload } from "../cluster-view.ts";
import { tally } from "../outcome-words.ts";
import type { Risks } from "../sampling/sequential-test.ts";

/** What a check has found. */
export interface Judgement {
	verdict: Verdict;
	message: string;
	evidence: Evidence[];
}

/** A turn that sends nothing: the dialogue goes on after so long, with no results. */
export interface Pause {
	pauseMs: number;
	/** Counted from when the last probes went out, not from when they were answered. */
	sinceAsked?: boolean;
	/** What can be said already; shown while the dialogue goes on. */
	soFar?: Judgement;
}

/** What a dialogue does next. */
export type Turn = LabProbe[] | Pause;

/**
 * A check as a dialogue: it yields the probes it wants and is given their results, in order, until it can judge. It sends
 * nothing itself and reads no clock, so that tests can play the cluster.
 */
export type CheckDialogue = Generator<Turn, Judgement, ProbeResult[]>;

export interface CheckContext {
	view: ClusterView;
	/** The scenario's own namespace. */
	namespace: string;
	/** A workload of the baseline or of every cluster. */
	workload(reference: WorkloadRef): Workload;
	/** A fresh nonce for each call. */
	nonce(): string;
	/** At most this many samples; live checks tread lightly. */
	maxSamples: number;
	/** When the asking began, milliseconds since the epoch: the age of a pod is counted from here. */
	now: number;
	/** Whether a deny is watched over its hold window; a glance, as of live checks, asks it once and briefly. */
	holds: boolean;
	/** Whether this is live: a live verdict leaves the search for the cause to the learner. */
	live: boolean;
	/** Samples a second of one sampled check at most, whatever the scenario allows. */
	perSecond: number;
	/** The risks of wrong verdicts that a sampled check may take this time, of those that its scenario states. */
	risks(stated: Risks): Risks;
}

/** A failure that needs no probe: something that should be there is not. */
export function failWithout(message: string, expected: string, observed: string, from = "the cluster"): Judgement {
	return { verdict: "fail", message, evidence: [{ expected, observed, from, samples: 0, strip: [] }] };
}

/** Judges samples that must all be as expected; a failed prober makes it the grader's own error. */
export function judgeSamples(options: {
	results: readonly ProbeResult[];
	/** For each result: undefined where as expected, else what was seen instead. */
	observed: readonly (string | undefined)[];
	/** What was asked, in words: `GET http://catalog/`. */
	asked: string;
	expected: string;
	/** Said where all is well. */
	fine: string;
	from: string;
}): Judgement {
	const { results, observed, asked, expected, fine, from } = options;
	const broken = results.find((result) => result.outcome === "prober-error");
	const bad = observed.filter((entry) => entry !== undefined);
	const seen = bad.length === 0 ? fine : tally(observed.map((entry) => entry ?? fine));
	const evidence = [
		{ expected, observed: seen, from, samples: results.length, strip: observed.map((entry) => entry === undefined).slice(-40) },
	];
	if (broken) {
		return { verdict: "error", message: `${asked} could not be judged: Faultline's prober failed (${broken.detail}).`, evidence };
	}
	const times = results.length === 1 ? "1 sample" : `${results.length} samples`;
	const message = `${asked} from ${from}: expected ${expected}; observed ${seen}; ${times}.`;
	return { verdict: bad.length === 0 ? "pass" : "fail", message, evidence };
}
