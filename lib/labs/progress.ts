import type { ScenarioSummary } from "../protocol/scenario.ts";
import { isOver } from "./lab-state.ts";
import type { LabRecord } from "./lab-store.ts";

/** How far a person has got with a scenario, from all labs of it. Solving after reading the debrief does not count. */
export function progressOf(slug: string, labs: readonly LabRecord[]): Pick<ScenarioSummary, "progress" | "bestMs"> {
	const mine = labs.filter((lab) => lab.scenario === slug);
	const solved = mine.filter((lab) => lab.solvedAt !== null && lab.readyAt !== null && !lab.revealed);
	const times = solved.map((lab) => (lab.solvedAt ?? 0) - (lab.readyAt ?? 0));
	const bestMs = times.length > 0 ? Math.min(...times) : null;
	if (mine.some((lab) => !isOver(lab.state) && lab.state !== "failed" && lab.solvedAt === null)) return { progress: "open", bestMs };
	if (solved.length > 0) return { progress: "solved", bestMs };
	if (mine.some((lab) => lab.report?.repair === "workaround")) return { progress: "workaround", bestMs };
	return { progress: "new", bestMs };
}
