/**
 * Wald's sequential probability ratio test for the failure rate of single samples.
 *
 * After n samples with f failures the log-likelihood ratio of "broken" (failure rate p1) to "repaired" (p0) is
 * f·ln(p1/p0) + (n−f)·ln((1−p1)/(1−p0)). It is compared with two boundaries after every sample (A. Wald, "Sequential Tests
 * of Statistical Hypotheses", Ann. Math. Statist. 16, 1945, 117-186; "Sequential Analysis", Wiley 1947, ch. 3 and 5.3).
 *
 * Wald's own boundaries, ln((1−β)/α) and ln(β/(1−α)), hold α and β only approximately: an overshoot can make either a
 * little larger. These here, ln(1/α) and ln β, are wider and hold exactly: the ratio is a non-negative martingale under
 * p0, its inverse one under p1, so neither ever crosses with more than that probability (J. Ville, "Étude critique de la
 * notion de collectif", 1939; Wald 1947, eq. 3:28, gives the same bound). It stays so for every rate below p0 and above
 * p1, where they are supermartingales, and for samples that depend on each other, as long as each one's chance of
 * failing, given all before it, is at most p0 (at least p1).
 */

/** Failure rates of a single sample: of a repaired system at most `p0`, of a broken one at least `p1`. */
export interface Rates {
	p0: number;
	p1: number;
}

/** Probabilities of a wrong decision: `alpha` fails a repaired system, `beta` passes a broken one. */
export interface Risks {
	alpha: number;
	beta: number;
}

export interface SequentialTest {
	/** What one good sample adds to the log-likelihood ratio; negative. */
	good: number;
	/** What one failed sample adds; positive. */
	bad: number;
	/** At or below it the system counts as repaired. */
	repairedAt: number;
	/** At or above it the system counts as broken. */
	brokenAt: number;
	/** Samples after which an undecided test stops. */
	most: number;
}

/** Samples so far. */
export interface Tally {
	samples: number;
	failures: number;
}

/** `unproven`: no decision within the samples that the test may take. */
export type Decision = "repaired" | "broken" | "unproven";

export const noSamples: Tally = { samples: 0, failures: 0 };

/** @param options.most samples at most */
export function sequentialTest(options: Rates & Risks & { most: number }): SequentialTest {
	const { p0, p1, alpha, beta, most } = options;
	return {
		good: Math.log((1 - p1) / (1 - p0)),
		bad: Math.log(p1 / p0),
		repairedAt: Math.log(beta),
		brokenAt: Math.log(1 / alpha),
		most,
	};
}

export function counted(tally: Tally, good: boolean): Tally {
	return { samples: tally.samples + 1, failures: tally.failures + (good ? 0 : 1) };
}

/** The decision after these samples; undefined while there is none. Ask after every sample: the first decision stands. */
export function decisionOf(test: SequentialTest, tally: Tally): Decision | undefined {
	const ratio = logRatio(test, tally);
	if (ratio <= test.repairedAt) return "repaired";
	if (ratio >= test.brokenAt) return "broken";
	return tally.samples >= test.most ? "unproven" : undefined;
}

/**
 * At which sample the decision comes when all further ones are of the kind that the samples so far speak for: good while
 * "repaired" is the likelier, failed while "broken" is. The truncation at `most` counts as a decision.
 */
export function decisionAt(test: SequentialTest, tally: Tally): number {
	const good = logRatio(test, tally) <= 0;
	let ahead = tally;
	while (decisionOf(test, ahead) === undefined) ahead = counted(ahead, good);
	return ahead.samples;
}

function logRatio(test: SequentialTest, { samples, failures }: Tally): number {
	return failures * test.bad + (samples - failures) * test.good;
}
