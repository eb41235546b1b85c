import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/log.ts";
import type { CreateGrader } from "../grading/grade.ts";
import type { ObjectiveResult } from "../protocol/report.ts";
import type { LabEnvironment } from "../providers/provider.ts";
import type { Catalogue } from "../scenarios/catalogue.ts";
import type { Timeline } from "../timeline/timeline.ts";
import type { LabRuntime } from "./lab-runtime.ts";
import type { LabStore } from "./lab-store.ts";

export interface FollowDeps {
	catalogue: Catalogue;
	store: LabStore;
	timeline: Timeline;
	clock: Clock;
	log: Logger;
	createGrader: CreateGrader;
	runtime(labId: string): LabRuntime;
	notify(labId: string): void;
}

// After a failure of the live checks themselves, as when a host is busy for a moment.
const retryMs = 2_000;

/** Follows a usable lab with live checks until the signal ends it. */
export async function followLab(labId: string, environment: LabEnvironment, signal: AbortSignal, deps: FollowDeps): Promise<void> {
	const { store, catalogue, timeline, clock, log } = deps;
	const record = await store.get(labId);
	if (!record) return;
	const scenario = catalogue.instantiate(record.scenario, record.seed);
	const runtime = deps.runtime(labId);
	const grader = deps.createGrader({ environment, scenario, before: await store.faultOf(labId), clock, log });
	// Laid down again meanwhile, or over.
	if (signal.aborted) return;
	Object.assign(runtime, { environment, grader, usedAt: clock.now(), touchedAt: clock.now() });
	runtime.asleep?.resolve();
	runtime.asleep = undefined;
	deps.notify(labId);
	while (!signal.aborted) {
		try {
			await grader.live(tell, signal);
		} catch (error) {
			if (signal.aborted) return;
			log.warn({ err: error, lab: labId }, "the live checks ended and are started again");
			await clock.sleep(retryMs, signal).catch(() => {});
		}
	}

	function tell(results: ObjectiveResult[]): void {
		const before = new Map(runtime.objectives.map((objective) => [objective.id, objective.verdict]));
		runtime.objectives = results;
		deps.notify(labId);
		for (const { id, title, verdict, message } of results) {
			if (before.get(id) === verdict) continue;
			const told = timeline.append(labId, "objective", `${title}: ${verdict}`, { id, verdict, message });
			told.catch((error) => log.error({ err: error, lab: labId }, "an event is missing in the timeline"));
		}
	}
}
