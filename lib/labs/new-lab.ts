import { newId } from "../core/ids.ts";
import type { LabRecord } from "./lab-store.ts";
import type { LifecycleDeps } from "./lifecycle.ts";
import { versionOf } from "./version.ts";

/** A lab that has nothing on the host yet. One for the pool has its memory granted by the pool's plan. */
export async function draftLab(
	wanted: Pick<LabRecord, "scenario" | "seed" | "anySeed" | "pooled" | "person">,
	{ catalogue, clock, provider }: Pick<LifecycleDeps, "catalogue" | "clock" | "provider">,
): Promise<LabRecord> {
	const id = newId();
	const version = versionOf(catalogue, wanted.scenario, (await provider()).madeOf);
	const now = clock.now();
	return {
		...{
			...wanted,
			cold: false,
			id,
			environmentId: id,
			version,
			state: "requested",
			turn: 0,
			createdAt: now,
			admittedAt: wanted.pooled ? now : null,
		},
		...{ readyAt: null, expiresAt: null, solvedAt: null, endedAt: null, restingSince: null },
		...{ hintsShown: 0, revealed: false, checks: 0, report: null, failure: null },
	};
}

/** Keeps the record of a new lab; what brings it up is the lifecycle's. */
export async function keepLab(record: LabRecord, { store, timeline, notify }: Pick<LifecycleDeps, "store" | "timeline" | "notify">) {
	const { id, scenario, seed } = record;
	await store.insert(record);
	await timeline.append(id, "state", "requested", { scenario, seed });
	notify(id);
}
