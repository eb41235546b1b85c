import {
	counted,
	type Decision,
	decisionOf,
	noSamples,
	type Risks,
	type SequentialTest,
	sequentialTest,
} from "../sampling/sequential-test.ts";
import { chanceOfRound, roundsOfCheck } from "../sampling/spending.ts";

/** Answers whether the next sample is good. */
export type Source = () => boolean;

/** One test to its end. */
export function runTest(test: SequentialTest, source: Source): { decision: Decision; samples: number } {
	let tally = noSamples;
	for (;;) {
		tally = counted(tally, source());
		const decision = decisionOf(test, tally);
		if (decision) return { decision, samples: tally.samples };
	}
}

/** What a learner does, and how the decisive check goes about it. */
export interface Attempt {
	p0: number;
	p1: number;
	stated: Risks;
	most: number;
	/** Times that Check is pressed at most. */
	checks: number;
	/** Tests of a failed first round at most, while a change may be on its way. */
	trials: number;
}

/**
 * Presses Check until it passes or the patience is over, three rounds a check.
 * @returns whether any check passed, and whether any failed (was "broken")
 */
export function runAttempt(attempt: Attempt, source: Source): { passed: boolean; failed: boolean } {
	const { p0, p1, stated, most, checks, trials } = attempt;
	let failed = false;
	for (let check = 1; check <= checks; check++) {
		let passed = true;
		for (let round = 1; round <= roundsOfCheck && passed; round++) {
			const chance = chanceOfRound({ check, rounds: roundsOfCheck });
			let decision: Decision = "unproven";
			for (let trial = 1; trial <= trials && decision !== "repaired"; trial++) {
				decision = runTest(sequentialTest({ p0, p1, most, ...chance.next("objective", stated) }), source).decision;
			}
			passed = decision === "repaired";
			failed ||= decision === "broken";
		}
		if (passed) return { passed, failed };
	}
	return { passed: false, failed };
}
