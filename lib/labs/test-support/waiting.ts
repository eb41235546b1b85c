import type { Lab, LabState } from "../../protocol/lab.ts";
import type { LabService } from "../service.ts";

/** The lab as soon as it is as wanted. */
export async function until(service: LabService, id: string, wanted: (lab: Lab) => boolean): Promise<Lab> {
	const ending = new AbortController();
	for await (const lab of service.watch(id, ending.signal)) if (wanted(lab)) return lab;
	throw new Error("the lab ended first");
}
export const inState = (service: LabService, id: string, ...states: LabState[]) => until(service, id, (lab) => states.includes(lab.state));
export const live = (service: LabService, id: string) => until(service, id, (lab) => lab.objectives.length > 0);

/** One round of what the engine does every few seconds. */
export async function tidy(service: LabService): Promise<void> {
	const ending = new AbortController();
	const reaping = service.reap(ending.signal);
	ending.abort();
	await reaping;
}
