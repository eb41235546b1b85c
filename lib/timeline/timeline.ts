import type { Clock } from "../core/clock.ts";
import type { TimelineEvent } from "../protocol/lab.ts";
import type { TimelineStore } from "./timeline-store.ts";

/** The append-only record of one attempt after another: what changed, what was probed, what was asked. */
export interface Timeline {
	append(labId: string, kind: TimelineEvent["kind"], text: string, data?: Record<string, unknown>): Promise<TimelineEvent>;
	after(labId: string, seq: number): Promise<TimelineEvent[]>;
}

export function createTimeline({ store, clock }: { store: TimelineStore; clock: Clock }): Timeline {
	return {
		append: (labId, kind, text, data = {}) => store.append(labId, { at: clock.now(), kind, text, data }),
		after: (labId, seq) => store.after(labId, seq),
	};
}
