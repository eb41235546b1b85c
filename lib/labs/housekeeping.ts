import { AppError, toErrorBody } from "../core/errors.ts";
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
	 * @throws AppError `labs-left` where parts could not be removed, or nobody knows whether they were
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
	const { store, clock, log, lifecycle, rest, runtimes } = deps;
	let looked: Promise<void> | undefined;

	/** Time did not count while nobody could work. */
	async function leaveTime({ id, expiresAt }: LabRecord): Promise<void> {
		const leastAt = clock.now() + shortestLeftMs;
		if ((expiresAt ?? 0) < leastAt) await store.update(id, { expiresAt: leastAt });
	}

	async function lookAround(): Promise<void> {
		// The host first: whatever of a lab is there has a record before.
		const present = await (await deps.provider()).list();
		const all = await store.list();
		const plan = planReconcile(all, present);
		log.info(plan, "reconcile");
		for (const lab of all.filter(({ id }) => plan.adopt.includes(id))) await leaveTime(lab);
		for (const labId of [...plan.adopt, ...plan.lost]) lifecycle.resume(labId);
		for (const labId of plan.resume) lifecycle.start(labId);
		for (const labId of plan.resting) lifecycle.rest(labId);
		for (const labId of plan.spoilt) await lifecycle.discard(labId);
		for (const labId of plan.retire) lifecycle.finishRemoval(labId);
		// Counted until they are gone; whoever waits for a lab does not wait for that.
		void lifecycle.removeStrays(plan.stray);
	}

	/** Says that this engine runs. Labs that rest are kept for longer by as long as none did; those in use are not over at once. */
	async function sayThatItRuns(): Promise<void> {
		const now = clock.now();
		const ranAt = await store.ranAt();
		const pausedMs = now - (ranAt ?? now);
		const labs = pausedMs < pauseMs ? [] : await store.list();
		for (const lab of labs.filter(({ state }) => isUsable(state))) {
			await leaveTime(lab);
			deps.notify(lab.id);
		}
		for (const lab of labs.filter(({ state }) => state === "resting")) {
			const change = stoodStill(lab, Math.min(pausedMs, now - (lab.restingSince ?? now)));
			// Who wakes it meanwhile has counted all of it.
			if (await store.transition(lab.id, "resting", "resting", change)) deps.notify(lab.id);
		}
		// Also where the clock was set back: what was noted is still to come, and no pause would be seen until then.
		if (ranAt === undefined || Math.abs(pausedMs) >= saysEveryMs) await store.noteRun(now);
	}

	async function tidy(): Promise<void> {
		await sayThatItRuns();
		// Also labs that are no longer in the catalogue, and that no list shows.
		for (const { id } of await store.list()) {
			// Read again: it may have been extended while another was taken back.
			const lab = await store.get(id);
			if (lab && isUsable(lab.state) && lab.expiresAt !== null && lab.expiresAt <= clock.now()) await lifecycle.retire(id, "expire");
		}
		await rest.sweep(await store.list());
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
		const present = () => provider?.list().catch((cause) => Promise.reject(nobodyKnows(cause)));
		const besides = async () => (await present())?.filter((id) => !known.some(({ environmentId }) => environmentId === id)) ?? [];
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

function nobodyKnows(cause: unknown): AppError {
	return new AppError("labs-left", `Nobody knows what is left of the labs: ${toErrorBody(cause).message}`, {
		cause,
		mend: "start Docker, then npm stop -- --destroy again; or npm stop, and what is left is removed after the next npm start",
	});
}
