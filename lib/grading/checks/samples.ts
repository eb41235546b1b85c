import type { ProbeResult, Vantage } from "../../providers/provider.ts";
import type { Sampling } from "../../scenarios/check-schema.ts";
import { outcomeInWords } from "../outcome-words.ts";
import { counted, decisionAt, decisionOf, noSamples, type SequentialTest, sequentialTest } from "../sampling/sequential-test.ts";
import { type CheckContext, type CheckDialogue, failWithout, type Judgement, judgeSamples, type Turn } from "./judgement.ts";
import { inTurn } from "./origins.ts";

/** One sample, judged by itself. */
export interface Sample {
	result: ProbeResult;
	/** What was seen instead; undefined where it was as expected. */
	observed?: string | undefined;
	/** The pod that answered, where that is known. */
	by?: string | undefined;
}

/** A check that knows where to ask from: one question, to be asked as often as it takes. */
export interface Questions {
	/** In words: `GET http://catalog/`. */
	asked: string;
	expected: string;
	from: string;
	/** Taken in turn; not empty. */
	origins: readonly Vantage[];
	/** Said of a sample as expected; left out: how the first one ended. */
	fine?: string | undefined;
	/** Asks once from each of these, all at once, and judges each sample by itself. */
	ask(origins: readonly Vantage[]): Generator<Turn, Sample[], ProbeResult[]>;
}

/** Asks as often as the check says, or with `sampling` until a sequential test decides. */
export function* judgeInSamples(
	check: { samples: number; sampling?: Sampling | undefined },
	context: CheckContext,
	questions: Questions,
): CheckDialogue {
	if (check.sampling) return yield* sample(check.sampling, context, questions);
	const samples = yield* questions.ask(inTurn(questions.origins, Math.min(check.samples, context.maxSamples)));
	return judged(questions, samples);
}

/** Batches so short that progress shows twice a second. */
const batchMs = 500;
/** So many batches in a row without one sample end the test: nothing can be asked. */
const mostEmpty = 3;

/** Draws batches, never faster than allowed over all vantages, until the test decides. Its first decision stands. */
function* sample(sampling: Sampling, context: CheckContext, questions: Questions): CheckDialogue {
	const plan = sequentialTest({ ...sampling, ...context.risks(sampling) });
	const perSecond = Math.min(sampling.perSecond, context.perSecond);
	const size = Math.max(1, Math.min(Math.floor((perSecond * batchMs) / 1000), context.maxSamples));
	const pauseMs = Math.ceil((size * 1000) / perSecond);
	const kept: Sample[] = [];
	let tally = noSamples;
	let empty = 0;
	for (let sent = 0; ; sent += size) {
		const origins = Array.from({ length: size }, (_, index) => questions.origins[(sent + index) % questions.origins.length] as Vantage);
		const drawn = yield* questions.ask(origins);
		const samples = drawn.filter(({ result }) => result.outcome !== "prober-error" && result.outcome !== "no-vantage");
		for (const one of samples) {
			kept.push(one);
			tally = counted(tally, one.observed === undefined);
			const decision = decisionOf(plan, tally);
			if (decision === "unproven") return undecided(questions, kept, plan);
			if (decision) return { ...judged(questions, kept), verdict: decision === "repaired" ? "pass" : "fail" };
		}
		empty = samples.length > 0 ? 0 : empty + 1;
		if (empty === mostEmpty) return unasked(questions, drawn);
		yield { pauseMs, soFar: undecided(questions, kept, plan) };
	}
}

/** All samples together, in words; passes where all are as expected. */
export function judged(questions: Questions, samples: readonly Sample[]): Judgement {
	const first = samples.find(({ observed }) => observed === undefined);
	const fine = questions.fine ?? (first ? outcomeInWords(first.result) : questions.expected);
	const by = [...new Set(samples.flatMap((one) => (one.by ? [one.by] : [])))].sort();
	return judgeSamples({
		...{ results: samples.map(({ result }) => result), observed: samples.map(({ observed }) => observed) },
		...{ asked: questions.asked, expected: questions.expected, from: questions.from },
		fine: by.length > 0 ? `${fine} from ${by.join(", ")}` : fine,
	});
}

function undecided(questions: Questions, samples: readonly Sample[], plan: SequentialTest): Judgement {
	const all = judged(questions, samples);
	const failures = samples.filter(({ observed }) => observed !== undefined).length;
	const tally = { samples: samples.length, failures };
	const open = decisionOf(plan, tally) === undefined;
	const at = open ? decisionAt(plan, tally) : undefined;
	const seen = `${tally.samples - failures} of ${tally.samples} as expected${failures > 0 ? ` (${all.evidence[0]?.observed})` : ""}`;
	const end = open ? `decision at ${at}` : "too few failures for a broken system, too many for a repaired one";
	return {
		verdict: "unproven",
		message: `${questions.asked} from ${questions.from}: expected ${questions.expected}; ${seen}; ${end}.`,
		evidence: all.evidence.map((one) => ({
			...one,
			asExpected: samples.length - failures,
			...(samples.length === 0 ? { observed: "nothing yet" } : {}),
			...(at === undefined ? {} : { decisionAt: at }),
		})),
	};
}

function unasked(questions: Questions, drawn: readonly Sample[]): Judgement {
	const { asked, expected, from } = questions;
	const broken = drawn.find(({ result }) => result.outcome === "prober-error");
	const why = broken ? `Faultline's prober failed (${broken.result.detail})` : "the pod to ask from is gone";
	return { ...failWithout(`${asked} could not be asked from ${from}: ${why}.`, expected, why, from), verdict: broken ? "error" : "fail" };
}
