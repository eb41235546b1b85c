import { AppError } from "../core/errors.ts";
import type { LabRuntime } from "./lab-runtime.ts";
import { isStarting, isUsable } from "./lab-state.ts";
import type { LabRecord } from "./lab-store.ts";
import type { Lifecycle, LifecycleDeps } from "./lifecycle.ts";
import { planReconcile } from "./reconcile.ts";
import type { Rest } from "./rest.ts";
import { stoodStill } from "./resting.ts";

export interface HousekeepingDeps extends Pick<LifecycleDeps, "store" | "clock" | "log" | "provider" | "notify"> {
	lifecycle: Lifecycle;
	rest: Rest;
	/** Labs of learners, whose scenario is in the catalogue. */
	records(): Promise<LabRecord[]>;
	/** What this engine holds in memory, by lab. */
	runtimes: ReadonlyMap<string, LabRuntime>;
}

/** What an engine does with labs unasked: when it begins, every few seconds, and when it ends. */
export interface Housekeeping {
	/**
	 * Takes up, goes on with, or removes what an earlier engine has left. Once in an engine's life: later only where it failed.
	 * Labs can be asked for before and meanwhile; what has no record has to wait for it, else it is removed as a stray.
	 */
	reconcile(): Promise<void>;
	/**
	 * Takes back labs whose time is over, lays down those that nobody uses and tries again what could not be removed; until
	 * the signal ends it.
	 */
	reap(signal: AbortSignal): Promise<void>;
	/**
	 * Ends the work of this process and freezes the labs; with `destroy` removes them and all else of this instance.
	 * @throws AppError `labs-left` where parts could not be removed
	 */
	close(options: { destroy: boolean }): Promise<void>;
}

/** What a lab has left at least, when an engine takes it up. */
const shortestLeftMs = 30 * 60_000;
const reapEveryMs = 5_000;
/** How often an engine says that it runs. */
const saysEveryMs = 60_000;
/** After so long without an engine nobody could come back: it was stopped, or the host slept. Less is a restart, or a busy host. */
const pauseMs = 30 * 60_000;

export function createHousekeeping(deps: HousekeepingDeps): Housekeeping {
	const { store, clock, log, lifecycle, rest, records, runtimes } = deps;
	let looked: Promise<void> | undefined;

	async function lookAround(): Promise<void> {
		// The host first: whatever of a lab is there has a record before.
		const present = await (await deps.provider()).list();
		const all = await store.list();
		const plan = planReconcile(all, present);
		log.info(plan, "reconcile");
		for (const { id, expiresAt } of all.filter(({ id }) => plan.adopt.includes(id))) {
			// Time did not count while nobody could work.
			await store.update(id, { expiresAt: Math.max(expiresAt ?? 0, clock.now() + shortestLeftMs) });
		}
		for (const labId of [...plan.adopt, ...plan.lost]) lifecycle.resume(labId);
		for (const labId of plan.resume) lifecycle.start(labId);
		for (const labId of plan.resting) lifecycle.rest(labId);
		for (const labId of plan.spoilt) await lifecycle.discard(labId);
		for (const labId of plan.retire) lifecycle.finishRemoval(labId);
		// Counted until they are gone; whoever waits for a lab does not wait for that.
		void lifecycle.removeStrays(plan.stray);
	}

	/** Says that this engine runs. Labs that rest are kept for longer by as long as none did. */
	async function sayThatItRuns(): Promise<void> {
		const now = clock.now();
		const ranAt = await store.ranAt();
		const pausedMs = now - (ranAt ?? now);
		const resting = pausedMs < pauseMs ? [] : (await store.list()).filter(({ state }) => state === "resting");
		for (const lab of resting) {
			const change = stoodStill(lab, Math.min(pausedMs, now - (lab.restingSince ?? now)));
			// Who wakes it meanwhile has counted all of it.
			if (await store.transition(lab.id, "resting", "resting", change)) deps.notify(lab.id);
		}
		if (ranAt === undefined || pausedMs >= saysEveryMs) await store.noteRun(now);
	}

	async function tidy(): Promise<void> {
		await sayThatItRuns();
		for (const { id } of await records()) {
			// Read again: it may have been extended while another was taken back.
			const lab = await store.get(id);
			if (lab && isUsable(lab.state) && lab.expiresAt !== null && lab.expiresAt <= clock.now()) await lifecycle.retire(id, "expire");
		}
		await rest.sweep(await records());
		await lifecycle.retryRemovals();
	}

	const all = (act: (lab: LabRuntime) => Promise<void> | undefined) => Promise.all([...runtimes.values()].map(act));

	async function removeAll(): Promise<void> {
		for (const { id, pooled } of await store.list()) await (pooled ? lifecycle.discard(id) : lifecycle.retire(id, "abandon"));
		await all((lab) => lab.work.idle());
		await lifecycle.removed();
		const known = (await store.list()).filter(({ state }) => state !== "destroyed");
		const provider = await deps.provider().catch((error: unknown) => {
			// Then nothing was ever made here.
			if (error instanceof AppError && error.code === "host-not-set-up") return undefined;
			throw error;
		});
		const besides = async () => (await provider?.list())?.filter((id) => !known.some(({ environmentId }) => environmentId === id)) ?? [];
		await lifecycle.removeStrays(await besides());
		const left = [...known.map(({ id }) => id), ...(await besides())];
		if (left.length === 0) return provider?.grant({});
		throw new AppError("labs-left", `Parts of ${left.join(", ")} could not be removed.`, {
			mend: "npx faultline doctor, then npm stop -- --destroy again",
		});
	}

	async function layAllDown(): Promise<void> {
		// Half a lab would run on and keep the processors busy for nobody.
		const half = (await store.list()).filter(({ pooled, state }) => pooled && isStarting(state));
		await Promise.all(half.map(({ id }) => lifecycle.discard(id)));
		await Promise.all(half.map(({ id }) => runtimes.get(id)?.work.idle()));
		await Promise.all([lifecycle.leaveRemovals(), all((lab) => lab.work.stop())]);
		await lifecycle.removed();
		// A lab that was removed by hand must not keep the others running.
		const frozen = await Promise.allSettled([...runtimes.values()].map((lab) => lab.environment?.freeze()));
		for (const result of frozen) if (result.status === "rejected") log.warn({ err: result.reason }, "a lab could not be frozen");
	}

	return {
		reconcile() {
			looked ??= lookAround().catch((error) => {
				looked = undefined;
				throw error;
			});
			return looked;
		},
		async reap(signal) {
			while (!signal.aborted) {
				await tidy().catch((error) =>
					log.warn({ err: error }, "a lab that is over or that nobody uses could not be taken back or laid down"),
				);
				await clock.sleep(reapEveryMs, signal).catch(() => {});
			}
		},
		async close({ destroy }) {
			// What it begins comes before the end.
			await looked?.catch(() => {});
			await (destroy ? removeAll() : layAllDown());
		},
	};
}
