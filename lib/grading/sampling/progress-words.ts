import type { ObjectiveResult } from "../../protocol/report.ts";

/** How far a sampled objective is: `Names resolve: 47 of 47, decision at 60`; its message where it tells no number. */
export function progressWords({ title, message, evidence }: ObjectiveResult): string {
	const slowest = evidence.find(({ decisionAt }) => decisionAt !== undefined);
	if (!slowest) return `${title}: ${message}`;
	const seen = slowest.samples === 0 ? "no sample yet" : `${slowest.asExpected ?? slowest.samples} of ${slowest.samples}`;
	return `${title}: ${seen}, decision at ${slowest.decisionAt}`;
}
