import type { Layer, ScenarioSummary } from "#lib/protocol/scenario.ts";

export interface Filter {
	/** What the reader has typed; every word of it has to occur. */
	text: string;
	layer: Layer | null;
	level: number | null;
}

export const noFilter: Filter = { text: "", layer: null, level: null };

/** The scenarios that a filter leaves, easiest first, by title within a level. */
export function filterScenarios(all: readonly ScenarioSummary[], filter: Filter): ScenarioSummary[] {
	const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
	return all
		.filter((one) => filter.layer === null || one.layer === filter.layer)
		.filter((one) => filter.level === null || one.level === filter.level)
		.filter((one) => {
			const hay = [one.title, one.symptom, one.slug, one.layer, ...one.tags].join(" ").toLowerCase();
			return words.every((word) => hay.includes(word));
		})
		.toSorted((a, b) => a.level - b.level || a.title.localeCompare(b.title, "en"));
}

/** How many scenarios each layer would leave, the rest of the filter kept. */
export function countByLayer(all: readonly ScenarioSummary[], filter: Filter): ReadonlyMap<Layer, number> {
	const counts = new Map<Layer, number>();
	for (const one of filterScenarios(all, { ...filter, layer: null })) counts.set(one.layer, (counts.get(one.layer) ?? 0) + 1);
	return counts;
}

/** What a filter left, in words, for the eye and for a screen reader. */
export function countWords(shown: number, all: number): string {
	if (all === 0) return "No scenarios";
	if (shown === all) return all === 1 ? "1 scenario" : `${all} scenarios`;
	return `${shown} of ${all}`;
}

/**
 * What to do next: the easiest scenario that is new; within a level one of a layer that has been solved least. Where
 * none is new, one that only has a workaround.
 * @param except the one just solved
 */
export function nextFor(all: readonly ScenarioSummary[], except?: string): ScenarioSummary | null {
	const solved = new Map<Layer, number>();
	for (const one of all) if (one.progress === "solved") solved.set(one.layer, (solved.get(one.layer) ?? 0) + 1);
	const order = (a: ScenarioSummary, b: ScenarioSummary) =>
		a.level - b.level || (solved.get(a.layer) ?? 0) - (solved.get(b.layer) ?? 0) || a.title.localeCompare(b.title, "en");
	const left = all.filter((one) => one.slug !== except).toSorted(order);
	return left.find((one) => one.progress === "new") ?? left.find((one) => one.progress === "workaround") ?? null;
}
