import type { LabProvider } from "../providers/provider.ts";
import type { LabRuntime } from "./lab-runtime.ts";
import type { LabEvent } from "./lab-state.ts";
import type { LabRecord, LabStore } from "./lab-store.ts";

interface TiersDeps {
	store: Pick<LabStore, "chill">;
	provider(): Promise<LabProvider>;
	runtime(labId: string): LabRuntime;
	find(labId: string): Promise<LabRecord>;
	move(labId: string, event: LabEvent, change: Partial<Omit<LabRecord, "id" | "state">>): Promise<unknown>;
	/** Brings a lab from wherever it is to its learner or into the pool. */
	bring(labId: string, signal: AbortSignal): Promise<void>;
}

/** How labs of the pool go between memory and swap. */
export interface Tiers {
	/** Moves a frozen lab to swap; false where it can't be, or a learner was given it meanwhile. */
	reclaim(labId: string): Promise<boolean>;
	/** Has a frozen lab warm again: thawed, proven and frozen. */
	renew(labId: string): Promise<void>;
}

export function createTiers({ store, provider, runtime, find, move, bring }: TiersDeps): Tiers {
	return {
		async reclaim(labId) {
			let done = false;
			await runtime(labId).work.replace(async (signal) => {
				const { pooled, state, environmentId } = await find(labId);
				if (!pooled || state !== "frozen") return;
				const environment = await (await provider()).adopt(environmentId);
				// Gone from the host: whoever claims it finds out, and has it made anew.
				if (!environment) return;
				await environment.reclaim(signal);
				done = await store.chill(labId);
			});
			return done;
		},
		async renew(labId) {
			// As one that was just proven: what a crash leaves goes on from there.
			await move(labId, "renew", { cold: false });
			void runtime(labId).work.replace((signal) => bring(labId, signal));
		},
	};
}
