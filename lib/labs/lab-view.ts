import type { Lab, QueuePlace, Shell, Stage } from "../protocol/lab.ts";
import type { ScenarioInstance } from "../scenarios/instance.ts";
import { isWaiting } from "./host-use.ts";
import type { LabRuntime } from "./lab-runtime.ts";
import type { LabRecord } from "./lab-store.ts";
import { keptRestingMs } from "./rest.ts";

export interface LabViewParts {
	record: LabRecord;
	scenario: ScenarioInstance;
	stages: Stage[];
	runtime: Pick<LabRuntime, "objectives" | "checking">;
	shells: Shell[];
	url: string | null;
	queue: QueuePlace | null;
}

/** What a person may see of a lab: hints as far as shown, the debrief only after solving or giving up. */
export function labView({ record, scenario, stages, runtime, shells, url, queue }: LabViewParts): Lab {
	const { hintsShown, revealed, checks, environmentId, pooled, cold, version, turn, admittedAt, endedAt, restingSince, ...kept } = record;
	return {
		...kept,
		title: scenario.title,
		layer: scenario.layer,
		level: scenario.level,
		ticket: scenario.ticket,
		stages,
		resting: record.state === "resting" && restingSince !== null ? { since: restingSince, keptUntil: restingSince + keptRestingMs } : null,
		objectives: runtime.objectives,
		checking: runtime.checking,
		hintsShown: scenario.hints.slice(0, hintsShown),
		hintsTotal: scenario.hints.length,
		debrief: revealed || record.solvedAt !== null ? scenario.debrief : null,
		shells,
		url,
		queue: isWaiting(record) ? queue : null,
	};
}
