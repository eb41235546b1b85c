import type { TimelineEvent } from "../protocol/lab.ts";

/** What the timeline needs of a store. */
export interface TimelineStore {
	/** Appends and returns the event with its sequence number, counted per lab from 1. */
	append(labId: string, event: Omit<TimelineEvent, "seq">): Promise<TimelineEvent>;
	/** Events with a greater sequence number, oldest first. */
	after(labId: string, seq: number): Promise<TimelineEvent[]>;
}
