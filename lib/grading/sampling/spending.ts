import type { Risks } from "./sequential-test.ts";

/** Rounds of a decisive check: before anything is disturbed, after pods were deleted, after rollouts. */
export const roundsOfCheck = 3;

/**
 * The risks that one test may take, so that what the scenario states holds over a whole attempt, however often its check
 * is made (Bonferroni's inequality: no independence is needed).
 *
 * - Check k has α/(k(k+1)) and β/(k(k+1)): the sum over all k is α and β.
 * - A repaired system fails a check when it fails one of its rounds: α is divided by their number. A broken system
 *   must pass every round, whether it was broken from the start or by a disturbance: β needs no division.
 * - A round whose samples a change on the path has overtaken is tested anew. Only its last trial can fail a system: α needs
 *   no division. But who watches the samples could overtake those that go badly: trial j has β/(j(j+1)) of the check's.
 */
export function risksOf(stated: Risks, test: { check: number; rounds: number; trial: number }): Risks {
	const { check, rounds, trial } = test;
	return { alpha: (stated.alpha * share(check)) / rounds, beta: stated.beta * share(check) * share(trial) };
}

/** 1/(i(i+1)): sums to 1 over i = 1, 2, … and falls slowly, so that a late check needs few samples more. */
function share(index: number): number {
	return 1 / (index * (index + 1));
}

/** Hands out the risks of one round of one check, trial by trial, for each objective by itself. */
export interface Chance {
	/** The risks of the objective's next test in this round. */
	next(objective: string, stated: Risks): Risks;
}

/** @param options.check how many decisive checks the attempt has had, this one included */
export function chanceOfRound(options: { check: number; rounds: number }): Chance {
	const trials = new Map<string, number>();
	return {
		next(objective, stated) {
			const trial = (trials.get(objective) ?? 0) + 1;
			trials.set(objective, trial);
			return risksOf(stated, { ...options, trial });
		},
	};
}

/** The stated risks, whole, each time: for live checks, whose verdicts decide nothing. */
export const freeChance: Chance = { next: (_, stated) => stated };
