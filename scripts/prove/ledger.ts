import { z } from "zod";
import type { ProofRun, ProofVariant } from "../../lib/protocol/scenario.ts";

const entry = z.object({
	/** Of all that decides the verdicts; see hash.ts. */
	hash: z.string(),
	passed: z.number().int().nonnegative(),
	failed: z.number().int().nonnegative(),
	/** `fix 01-selector.sh` → the verdict in a word. */
	runs: z.record(z.string(), z.string()),
});
export type LedgerEntry = z.infer<typeof entry>;

/** Scenario → seed → what was proven of it. */
export const ledger = z.record(z.string(), z.record(z.string(), entry));
export type Ledger = z.infer<typeof ledger>;

/** The same proofs always give the same entry: no times, no addresses, no names of pods. */
export function entryOf(runs: readonly ProofRun[], hash: string): LedgerEntry {
	const said = runs.map((run) => {
		const word = /^[a-z-]+/.exec(run.verdict)?.[0] ?? "none";
		const right = run.kind === "fault" ? "as told" : word;
		return [runName(run), run.ok ? right : `not as expected: ${word}`] as const;
	});
	const passed = runs.filter(({ ok }) => ok).length;
	return { hash, passed, failed: runs.length - passed, runs: Object.fromEntries(said) };
}

/** `fix 01-selector.sh`, or `baseline`. */
export function runName({ kind, name }: Pick<ProofRun, "kind" | "name">): string {
	return kind === name ? kind : `${kind} ${name}`;
}

/** As it stands in the file: sorted by scenario and seed, runs in the order of their making, a line each. */
export function ledgerText(proofs: Ledger): string {
	const sorted = Object.entries(proofs)
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map(([slug, seeds]) => [slug, Object.fromEntries(Object.entries(seeds).sort(([a], [b]) => Number(a) - Number(b)))]);
	return `${JSON.stringify(Object.fromEntries(sorted), null, "\t")}\n`;
}

export interface Wanted extends ProofVariant {
	hash: string;
}

/** Variants without a fresh proof in which all came out as expected, with what is wrong. */
export function unproven(proofs: Ledger, wanted: readonly Wanted[]): (Wanted & { why: string })[] {
	return wanted.flatMap((variant) => {
		const known = proofs[variant.slug]?.[variant.seed];
		if (!known) return [{ ...variant, why: "was never proven" }];
		if (known.hash !== variant.hash) return [{ ...variant, why: "has changed, or what judges it has, since it was proven" }];
		if (known.failed > 0 || known.passed === 0) return [{ ...variant, why: `${known.failed} of its runs did not come out as expected` }];
		return [];
	});
}

/** The ledger without scenarios and seeds that are no more. */
export function pruned(proofs: Ledger, wanted: readonly ProofVariant[]): Ledger {
	const kept: Ledger = {};
	for (const { slug, seed } of wanted) {
		const known = proofs[slug]?.[seed];
		if (known) kept[slug] = { ...kept[slug], [seed]: known };
	}
	return kept;
}
