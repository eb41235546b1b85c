import type { SourceProblem } from "./source.ts";

export interface ScenarioHint {
	/** From 1, cheapest first. */
	tier: number;
	title: string;
	markdown: string;
}

/**
 * Reads `hints.md`: each `## Title` opens the next tier.
 * @returns the tiers, and what is wrong with the file by line
 */
export function parseHints(text: string): { hints: ScenarioHint[]; problems: SourceProblem[] } {
	const hints: ScenarioHint[] = [];
	const problems: SourceProblem[] = [];
	let fenced = false;
	for (const [index, line] of text.split("\n").entries()) {
		if (line.startsWith("```")) fenced = !fenced;
		const heading = fenced ? null : /^##\s+(.+?)\s*$/.exec(line);
		const last = hints.at(-1);
		if (heading) hints.push({ tier: hints.length + 1, title: heading[1] as string, markdown: "" });
		else if (last) last.markdown += `${line}\n`;
		else if (line.trim() && !line.startsWith("#"))
			problems.push({ line: index + 1, message: "text before the first tier (## Title) is never shown" });
	}
	for (const hint of hints) {
		hint.markdown = hint.markdown.trim();
		if (!hint.markdown) problems.push({ line: null, message: `tier ${hint.tier} ("${hint.title}") is empty` });
	}
	if (hints.length < 3)
		problems.push({ line: null, message: `${hints.length} tiers of hints, at least three are needed (## Title opens one)` });
	return { hints, problems };
}
