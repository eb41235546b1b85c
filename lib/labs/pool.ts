import type PQueue from "p-queue";
import type { ClusterSpec, HostMemory, LabProvider } from "../providers/provider.ts";
import { grantsOf, hostUse, isWaiting } from "./host-use.ts";
import { isStarting } from "./lab-state.ts";
import type { LabRecord } from "./lab-store.ts";
import type { Lifecycle, LifecycleDeps } from "./lifecycle.ts";
import { draftLab, keepLab } from "./new-lab.ts";
import { type DemandTimes, expectDemand } from "./plan/demand.ts";
import { planPool } from "./plan/plan-pool.ts";
import type { Member, PoolAction, PoolInput, PoolLimits, PoolLine, PoolPlan } from "./plan/pool-types.ts";
import { neededBytesOf, planTurns, type QueueLimits } from "./plan-turns.ts";
import { furthest, inOrder, leavingOf, memberOf, tallyOf } from "./pool-members.ts";
import { versionOf } from "./version.ts";

/** The host as the pool sees it. */
export interface PoolHost {
	cpus: number;
	/** Processors in use, a recent mean. */
	busyCpus(): number;
}

export interface PoolDeps extends Omit<LifecycleDeps, "runtime"> {
	lifecycle: Lifecycle;
	host: PoolHost;
	/** Whatever grants memory, one after another. */
	grants: PQueue;
	limits: QueueLimits;
}

export interface Claim {
	scenario: string;
	/** None means any: then one that the learner has not had, where there is one. */
	seed?: number | undefined;
}

/** Labs made ahead: broken, proven and frozen before anybody asks for them. */
export interface Pool {
	/** A pooled lab that is now the asker's, as it was in the pool; two who ask at once never get the same. */
	claim(wanted: Claim, person: string): Promise<LabRecord | undefined>;
	/** Whether a frozen lab of the pool is as one made now would be. */
	mayBeGiven(record: LabRecord, provider: Pick<LabProvider, "madeOf">): boolean;
	/** Plans once and gives up what learners need the memory of; makes nothing. */
	giveWay(): Promise<void>;
	/** Whether there is memory for a lab of this shape besides all that is held or granted, while nobody waits for any. */
	hasRoom(cluster: ClusterSpec): Promise<boolean>;
	/**
	 * Frozen labs that are as one made now would be, the one to be given first before the others, at most one of them cold, the last. To
	 * be asked, and one of them to be taken, by whoever grants memory at that moment.
	 */
	spares(wanted: Claim): Promise<LabRecord[]>;
	/** Plans once and begins what is due, until the signal ends it. @returns the plan */
	tend(signal?: AbortSignal): Promise<PoolPlan>;
	/** Tends the pool until the signal ends it; resolves when it begins nothing more. Labs being made then go on. */
	keep(signal: AbortSignal): Promise<void>;
}

/** Short against a learner's reading of the catalogue, long against a plan. */
const everyMs = 5_000;
/** After a lab of the pool could not be made, none of its scenario is tried for so long. */
const backOffMs = 10 * 60_000;
const hourMs = 60 * 60_000;
/** Measured, plain and from a click to ready, on two cores: docs/fast-starts.md. */
const startMs = 40_000;
/** Processor time of a start: about one and a half of two cores while it lasts. */
const makeCpuMs = 1.5 * startMs;
/** A thaw and the new proof of the fault. */
const claimMs = 800;
/** From swap: measured up to a DNS answer from a pod, 1.3 s, and the proof. */
const coldTimes = { claimMs: 1_300 + claimMs, warmCpuMs: 1_000 };
const ageMs = 12 * hourMs;
/** Learners and other refills come first; see docs/pool-plan.md. */
const refillMs = 3 * startMs;
/** What the plan is told, whatever the host; bench/ simulates what comes of it. */
export const planTimes = { ageMs, claimMs, coldTimes, makeCpuMs, refillMs, startMs };

export function createPool(deps: PoolDeps): Pool {
	const { store, catalogue, clock, log, lifecycle, host } = deps;
	const atOnce = Math.max(1, Math.floor(host.cpus / 2));
	const reclaiming = new Set<string>();
	let refusedUntil = 0;
	const times: DemandTimes = { refillMs, makeMs: startMs, atOnce, ageMs };

	/** Of one on its way to swap nobody knows how much is there by now: whoever takes it waits, and needs the memory, as of a cold one. */
	const isCold = (record: LabRecord): boolean => record.cold || reclaiming.has(record.id);

	async function look(scenario: string) {
		const version = versionOf(catalogue, scenario, (await deps.provider()).madeOf);
		const records = await store.list();
		const members = records.flatMap((record) => memberOf({ ...record, cold: isCold(record) }, 0) ?? []);
		const had = records.filter((record) => !record.pooled && record.scenario === scenario).map(({ seed }) => seed);
		return { records, members, had, version };
	}

	async function candidates({ scenario, seed }: Claim): Promise<{ frozen: LabRecord[]; coming: LabRecord | undefined }> {
		const { records, members, had, version } = await look(scenario);
		const recordOf = (member: Member) => records.find(({ id }) => id === member.id) as LabRecord;
		const claim = { now: clock.now(), scenario, version, seed: seed ?? null, had, ageMs };
		const fit = ({ key, tier }: Member) =>
			tier === "creating" && key.scenario === scenario && key.version === version && (seed === undefined || key.seed === seed);
		const coming = furthest(members.filter(fit), records);
		return { frozen: inOrder(members, claim).map(recordOf), coming: coming && recordOf(coming) };
	}

	/** What the cold tier has for a scenario; nothing for a while after the host has refused. */
	async function coldCosts(provider: LabProvider, scenario: string) {
		const { cluster } = catalogue.instantiate(scenario, catalogue.seeds(scenario)[0]);
		const room = clock.now() < refusedUntil ? null : await provider.coldRoom(cluster);
		return room && { bytes: room.memoryBytes, swapBytes: room.swapBytes, freeSwapBytes: room.freeSwapBytes, ...coldTimes };
	}

	/** What is free beside all that is held or granted. */
	async function freeRoom(records: readonly LabRecord[]) {
		const provider = await deps.provider();
		const memory = await provider.memory();
		const neededBytes = (record: LabRecord) => neededBytesOf(record, catalogue, provider);
		const use = hostUse(records, memory, neededBytes);
		return { provider, neededBytes, use, freeBytes: memory.totalBytes - use.hereBytes - use.othersBytes };
	}

	/** Tells other instances what is granted before it is used; @param woken a cold lab that is to have all that it may come to take */
	async function tell(woken?: string): Promise<void> {
		const provider = await deps.provider();
		const records = (await store.list()).map((record) => (record.id === woken ? { ...record, cold: false } : record));
		await provider.grant(grantsOf(records, (record) => neededBytesOf(record, catalogue, provider)));
	}

	/**
	 * Whether there is memory for all that a lab which is there may come to take. Other instances count a cold one with what it takes:
	 * they are told before the look, as of any grant.
	 */
	async function hasRoomFor(record: LabRecord): Promise<boolean> {
		await tell(record.id);
		const { freeBytes, neededBytes, use } = await freeRoom(await store.list());
		return freeBytes >= neededBytes(record) - (use.here.get(record.environmentId) ?? 0);
	}

	async function reclaim(labId: string): Promise<void> {
		reclaiming.add(labId);
		try {
			if (await lifecycle.reclaim(labId)) return;
			// Somebody was given it meanwhile.
			const record = await store.get(labId);
			if (!record?.pooled || record.state !== "frozen") return;
			refusedUntil = clock.now() + backOffMs;
			log.warn({ lab: labId }, "a lab of the pool could not be moved to swap; none is for a while");
		} finally {
			reclaiming.delete(labId);
		}
	}

	const mayBeGiven: Pool["mayBeGiven"] = ({ scenario, version, createdAt }, { madeOf }) =>
		clock.now() - createdAt < ageMs && version === versionOf(catalogue, scenario, madeOf);

	/** Those whose turn it is, but for room that the pool has still to give: how much, and the labs of the pool that will be theirs. */
	function headsOfQueue(records: readonly LabRecord[], memory: HostMemory, provider: LabProvider) {
		if (!records.some(isWaiting)) return { givesBytes: 0, spares: new Set<string>() };
		const { answers, spares } = planTurns(records, {
			...{ now: clock.now(), memory, limits: deps.limits },
			neededBytes: (record) => neededBytesOf(record, catalogue, provider),
			isSpare: (record) => mayBeGiven(record, provider),
		});
		const starts = answers.filter((answer) => answer.decision === "start");
		return {
			givesBytes: starts.reduce((sum, { poolGivesBytes }) => sum + poolGivesBytes, 0),
			spares: new Set(starts.flatMap(({ id }) => spares.get(id)?.id ?? [])),
		};
	}

	async function input(provider: LabProvider, memory: HostMemory): Promise<PoolInput> {
		const now = clock.now();
		const records = await store.list();
		const failed = records.filter(({ pooled, state }) => pooled && state === "failed");
		for (const { id, createdAt } of failed) if (now - createdAt > backOffMs) await lifecycle.discard(id);
		const backingOff = new Set(failed.map(({ scenario }) => scenario));
		const slugs = catalogue.list().map(({ slug }) => slug);
		const room = new Map(
			slugs.map((slug) => [slug, provider.neededBytes(catalogue.instantiate(slug, catalogue.seeds(slug)[0]).cluster)] as const),
		);
		const needed = (slug: string) => room.get(slug) ?? 0;
		const use = hostUse(records, memory, ({ scenario }) => needed(scenario));

		const cold = new Map(await Promise.all(slugs.map(async (slug) => [slug, await coldCosts(provider, slug)] as const)));
		const lines = expectDemand({ now, scenarios: slugs.filter((slug) => !backingOff.has(slug)), times }, tallyOf(records, now), [], []).map(
			(demand): PoolLine => ({
				...demand,
				version: versionOf(catalogue, demand.scenario, provider.madeOf),
				seeds: catalogue.seeds(demand.scenario),
				costs: {
					make: { bytes: needed(demand.scenario), cpuMs: makeCpuMs },
					...{ keepCpuMs: 0, startMs, cold: cold.get(demand.scenario) ?? null },
					hot: { bytes: needed(demand.scenario), claimMs },
				},
			}),
		);
		const bytesOf = ({ environmentId }: LabRecord) => use.here.get(environmentId) ?? 0;
		const heads = headsOfQueue(records, memory, provider);
		const mine = records.flatMap((record) =>
			heads.spares.has(record.id) ? [] : (memberOf(record, bytesOf(record), reclaiming.has(record.id) ? "reclaim" : null) ?? []),
		);
		// Room that is about to be there need not be made again.
		const leaving = records.flatMap((record) => leavingOf(record, bytesOf(record)) ?? []);
		const leavingBytes = leaving.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
		const keptBytes = records.reduce((sum, record) => sum + (heads.spares.has(record.id) ? bytesOf(record) : 0), 0);
		const members = [...mine, ...leaving];
		const inSwap = members
			.filter(({ tier }) => tier === "cold")
			.reduce((sum, { key }) => sum + (cold.get(key.scenario)?.swapBytes ?? 0), 0);
		const freeSwap = Math.max(0, ...[...cold.values()].map((costs) => costs?.freeSwapBytes ?? 0));
		const starting = records.filter((record) => !record.pooled && isStarting(record.state) && !isWaiting(record)).length;
		const making = members.filter(({ tier }) => tier === "creating").length;
		const labBytes = Math.max(0, ...slugs.map(needed));
		const limits: PoolLimits = {
			...{ ageMs, renewAfterMs: null, refillMs, atOnce, busyShare: 0.75 },
			...{ headroomBytes: 2 * labBytes, slackBytes: labBytes, cpuPerWait: 10, margin: 10 },
		};
		return {
			...{ now, members, lines, limits },
			host: {
				memoryBytes: memory.totalBytes,
				usedBytes: use.hereBytes - use.poolBytes + keptBytes - leavingBytes + use.othersBytes,
				wantedBytes: Math.max(0, heads.givesBytes - leavingBytes),
				...{ swapBytes: freeSwap + inSwap, cpus: host.cpus, starting },
				// What the pool itself does is not in it.
				busyCpus: Math.max(0, host.busyCpus() - making * (makeCpuMs / startMs)),
			},
		};
	}

	async function tend(signal?: AbortSignal, begins: (action: PoolAction) => boolean = () => true): Promise<PoolPlan> {
		const provider = await deps.provider();
		const memory = await provider.memory();
		return deps.grants.add(async () => {
			const plan = planPool(await input(provider, memory));
			for (const action of plan.actions.filter(begins)) {
				if (signal?.aborted) break;
				log.info(action, "the pool");
				// A learner may have been given it since the plan was made.
				if (action.do === "evict") await lifecycle.discard(action.member);
				// Seconds each, and nobody waits for it.
				if (action.do === "reclaim") void reclaim(action.member).catch((error) => log.warn({ err: error, lab: action.member }));
				if (action.do === "renew") {
					await tell(action.member);
					await lifecycle.renew(action.member).catch((error) => log.warn({ err: error, lab: action.member }));
				}
				if (action.do !== "create") continue;
				const { scenario, seed } = action.key;
				const record = await draftLab({ scenario, seed, anySeed: false, pooled: true, person: "" }, deps);
				try {
					await keepLab(record, deps);
					await tell();
				} catch (error) {
					// Nothing is made that nobody was told of, and what is never made must not count as being made.
					await lifecycle.discard(record.id);
					throw error;
				}
				lifecycle.start(record.id);
			}
			return plan;
		});
	}

	return {
		tend,
		mayBeGiven,
		async giveWay() {
			await tend(undefined, (action) => action.do === "evict" || action.do === "reclaim");
		},
		hasRoom: (cluster) =>
			deps.grants.add(async () => {
				const records = await store.list();
				if (records.some(isWaiting)) return false;
				const { freeBytes, provider } = await freeRoom(records);
				return freeBytes >= provider.neededBytes(cluster);
			}),
		async spares(wanted) {
			const found: LabRecord[] = [];
			for (const record of (await candidates(wanted)).frozen) {
				if (isCold(record) && !(await hasRoomFor(record))) continue;
				found.push(record);
				// Only the last that others were told of is granted its memory.
				if (isCold(record)) break;
			}
			return found;
		},
		async claim(wanted, person) {
			const { frozen, coming } = await candidates(wanted);
			for (const record of [...frozen, ...(coming ? [coming] : [])]) {
				if (isCold(record) && !(await hasRoomFor(record))) continue;
				if (await store.take(record.id, { createdAt: clock.now(), person })) return record;
			}
			return undefined;
		},
		async keep(signal) {
			while (!signal.aborted) {
				await tend(signal).catch((error) => log.warn({ err: error }, "the pool could not be tended"));
				await clock.sleep(everyMs, signal).catch(() => {});
			}
		},
	};
}
