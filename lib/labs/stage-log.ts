import type { Clock } from "../core/clock.ts";
import type { Timeline } from "../timeline/timeline.ts";
import type { LabStore } from "./lab-store.ts";

/** The stages of one lab's coming, as the page shows them. */
export interface StageLog {
	/** A stage begins, and the one before it ends. */
	begin(name: string): void;
	/** The stage that runs or ran last. */
	current(): string;
	/** Resolves when all is written, the last stage ended. */
	end(): Promise<void>;
}

interface StageLogDeps {
	store: LabStore;
	timeline: Timeline;
	clock: Clock;
	notify(labId: string): void;
}

/** Stages are written one after another, so that a quick pair keeps its order. */
export function createStageLog(labId: string, { store, timeline, clock, notify }: StageLogDeps): StageLog {
	let name = "Getting ready";
	let last: Promise<unknown> = Promise.resolve();
	return {
		begin(next) {
			name = next;
			const at = clock.now();
			last = last.then(async () => {
				await store.beginStage(labId, next, at);
				await timeline.append(labId, "stage", next);
				notify(labId);
			});
		},
		current: () => name,
		async end() {
			await last;
			await store.endStages(labId, clock.now());
			notify(labId);
		},
	};
}
