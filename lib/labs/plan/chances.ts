/**
 * Distributions of a count, as arrays: index n holds the probability of exactly n. What lies beyond the last index is cut
 * off, so that sums stay below 1 rather than pretend.
 */
export type Counts = readonly number[];

/** Counts beyond this are as good as impossible for one host's pool. */
export const mostCounted = 128;
/** Tails below this are cut off: far below any chance that a plan acts on. */
const smallest = 1e-9;

/**
 * Events of an unknown rate over a time: the Poisson distribution mixed over a Gamma one, a negative binomial
 * (Gelman et al., Bayesian Data Analysis, 3rd ed., 2.6).
 * @param shape events that the rate was learnt from, > 0
 * @param exposure the time over which they were seen, in the unit of `time`, > 0
 */
export function gammaPoisson(shape: number, exposure: number, time: number): Counts {
	const more = time / (exposure + time);
	return series(Math.exp(shape * Math.log1p(-more)), (n) => ((shape + n - 1) / n) * more);
}

export function poisson(mean: number): Counts {
	return series(Math.exp(-mean), (n) => mean / n);
}

/** How many of `of` happen when each does with `chance`. */
export function binomial(of: number, chance: number): Counts {
	let counts: Counts = [1];
	for (let n = 0; n < Math.min(of, mostCounted); n++) counts = plus(counts, [1 - chance, chance]);
	return counts;
}

/** The distribution of the sum of two independent counts. */
export function plus(a: Counts, b: Counts): Counts {
	if (a.length === 1 && a[0] === 1) return b;
	if (b.length === 1 && b[0] === 1) return a;
	const sum = new Array<number>(Math.min(a.length + b.length - 1, mostCounted + 1)).fill(0);
	for (const [i, p] of a.entries()) {
		for (const [j, q] of b.entries()) if (i + j < sum.length) sum[i + j] = (sum[i + j] as number) + p * q;
	}
	return sum;
}

/** At index n − 1 the probability of at least n; falls with n. */
export function atLeast(counts: Counts): number[] {
	const tails: number[] = [];
	let tail = 0;
	for (let n = counts.length - 1; n >= 1; n--) {
		tail = Math.min(1, tail + (counts[n] as number));
		tails.push(tail);
	}
	return tails.reverse();
}

/** From the first term on, each the last times a ratio, until the rest is negligible. */
function series(first: number, ratio: (n: number) => number): Counts {
	const counts = [first];
	let [term, sum] = [first, first];
	for (let n = 1; n <= mostCounted && 1 - sum > smallest; n++) {
		term *= ratio(n);
		sum += term;
		counts.push(term);
	}
	return counts;
}
