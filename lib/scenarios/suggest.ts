/** The known word nearest to a mistyped one, where one is near enough to be meant. */
export function nearest(word: string, known: readonly string[]): string | undefined {
	const ranked = known.map((candidate) => ({ candidate, distance: distance(word.toLowerCase(), candidate.toLowerCase()) }));
	const best = ranked.sort((a, b) => a.distance - b.distance)[0];
	return best && best.distance <= Math.max(2, Math.floor(word.length / 3)) ? best.candidate : undefined;
}

/** `Did you mean "…"?` or nothing. */
export function didYouMean(word: string, known: readonly string[]): string | undefined {
	const found = nearest(word, known);
	return found ? `Did you mean "${found}"?` : undefined;
}

/** Levenshtein's distance. */
function distance(a: string, b: string): number {
	let row = Array.from({ length: b.length + 1 }, (_, index) => index);
	for (let i = 1; i <= a.length; i++) {
		const next = [i];
		for (let j = 1; j <= b.length; j++) {
			const same = a[i - 1] === b[j - 1] ? 0 : 1;
			next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same));
		}
		row = next;
	}
	return row[b.length] ?? 0;
}
