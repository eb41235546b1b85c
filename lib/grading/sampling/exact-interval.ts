/**
 * The exact (Clopper–Pearson) interval of a share: it holds the true one with the stated confidence at least, at any number
 * of samples, which no approximation does for shares near 0 or 1.
 * @param risk probability, over both ends, that the true share lies outside
 */
export function exactInterval(hits: number, samples: number, risk: number): { low: number; high: number } {
	// The smallest share under which so many hits or more are likely enough, and the largest for so many or fewer.
	const low = hits === 0 ? 0 : bisect((share) => 1 - atMost(hits - 1, samples, share) < risk / 2);
	const high = hits === samples ? 1 : bisect((share) => atMost(hits, samples, share) > risk / 2);
	return { low, high };
}

/** Where a condition that holds from 0 on ends to hold. */
function bisect(holds: (share: number) => boolean): number {
	let [from, to] = [0, 1];
	// 2^-40 is far below any share that a scenario states.
	for (let step = 0; step < 40; step++) {
		const middle = (from + to) / 2;
		if (holds(middle)) from = middle;
		else to = middle;
	}
	return (from + to) / 2;
}

/** Probability of so many hits or fewer. */
function atMost(hits: number, samples: number, share: number): number {
	if (share <= 0) return 1;
	if (share >= 1) return hits >= samples ? 1 : 0;
	let logTerm = samples * Math.log1p(-share);
	let sum = Math.exp(logTerm);
	for (let k = 1; k <= hits; k++) {
		logTerm += Math.log((samples - k + 1) / k) + Math.log(share) - Math.log1p(-share);
		sum += Math.exp(logTerm);
	}
	return Math.min(1, sum);
}
