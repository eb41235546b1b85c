import { newId } from "../core/ids.ts";
import type { LabRecord } from "./lab-store.ts";
import type { LifecycleDeps } from "./lifecycle.ts";
import { versionOf } from "./version.ts";

/** Keeps the record of a lab that has nothing on the host yet; what brings it up is the lifecycle's. */
export async function newLab(
	wanted: Pick<LabRecord, "scenario" | "seed" | "pooled">,
	{ store, catalogue, timeline, clock, provider, notify }: Omit<LifecycleDeps, "runtime">,
): Promise<LabRecord> {
	const { scenario, seed } = wanted;
	const id = newId();
	const version = versionOf(catalogue, scenario, (await provider()).madeOf);
	const record: LabRecord = {
		...{ ...wanted, id, environmentId: id, version, state: "requested", createdAt: clock.now() },
		...{
			readyAt: null,
			expiresAt: null,
			solvedAt: null,
			restingSince: null,
			hintsShown: 0,
			revealed: false,
			checks: 0,
			report: null,
			failure: null,
		},
	};
	await store.insert(record);
	await timeline.append(id, "state", "requested", { scenario, seed });
	notify(id);
	return record;
}
