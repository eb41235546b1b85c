import { isDeepStrictEqual } from "node:util";
import type { ProofRun, ProofVariant } from "../../lib/protocol/scenario.ts";
import { entryOf, type Ledger, type LedgerEntry, runName } from "./ledger.ts";

export interface ProvedAgain extends ProofVariant {
	why: "changed" | "its day";
}

/**
 * Beside the day's one. A variant costs two to four minutes, two clusters run side by side, and all tests end within 80: a
 * changed grader makes every entry new at once, and proving all again is what `npm run prove` took an hour for. So some of
 * them are asked whether the committed ledger tells the truth, others each day.
 */
const mostChanged = 2;

/**
 * Which variants a run of the tests proves again: the day's one, each in its turn whether changed or not, and of those whose
 * entry is not what it was when last landed as many as there is time for. These begin at another place each day and are of
 * different scenarios where they can be: variants of one share what they are proven by.
 * @param now the committed ledger; what it lacks counts as changed
 * @param landed the ledger before what is to land; an empty one where that is not known
 * @param day days since 1970
 */
export function provedAgain(variants: readonly ProofVariant[], now: Ledger, landed: Ledger, day: number): ProvedAgain[] {
	const ofDay = variants[day % variants.length];
	if (!ofDay) return [];
	const changed = variants.filter((one) => one !== ofDay && !isAsLanded(now, landed, one));
	const start = changed.length > 0 ? (day * mostChanged) % changed.length : 0;
	const chosen = [ofDay];
	for (const spread of [true, false]) {
		for (const one of [...changed.slice(start), ...changed.slice(0, start)]) {
			if (chosen.length > mostChanged || chosen.includes(one)) continue;
			if (!spread || chosen.every(({ slug }) => slug !== one.slug)) chosen.push(one);
		}
	}
	return chosen.map((one) => ({ ...one, why: isAsLanded(now, landed, one) ? "its day" : "changed" }));
}

function isAsLanded(now: Ledger, landed: Ledger, { slug, seed }: ProofVariant): boolean {
	const entry = now[slug]?.[seed];
	return entry !== undefined && isDeepStrictEqual(entry, landed[slug]?.[seed]);
}

/** Runs that did not come out as they must, or not with the word that the ledger has for them; a sample may have runs that it lacks. */
export function disagreeing(
	entry: LedgerEntry | undefined,
	runs: readonly ProofRun[],
): { run: string; expected: string; verdict: string }[] {
	const words = entryOf(runs, "").runs;
	return runs.flatMap((run) => {
		const name = runName(run);
		const known = entry?.runs[name] ?? words[name];
		if (run.ok && words[name] === known) return [];
		return [{ run: name, expected: run.ok ? `${known}, as in the ledger` : run.expected, verdict: run.verdict }];
	});
}
