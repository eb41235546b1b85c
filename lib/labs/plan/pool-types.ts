/** What a prepared lab is: only one of the same key may be given to a learner. */
export interface MemberKey {
	scenario: string;
	seed: number;
	/** Of the scenario and of what its labs are made from; an older one is never given out. */
	version: string;
}

/** `ready` is proven and still running; `hot` frozen in memory; `cold` frozen and moved to swap. */
export type Tier = "creating" | "ready" | "hot" | "cold";

/** A lab of the pool. Times are milliseconds since the epoch. */
export interface Member {
	id: string;
	key: MemberKey;
	tier: Tier;
	/** What is being done to it; its tier changes when that is done. */
	doing: "freeze" | "reclaim" | "renew" | "evict" | null;
	/** When its creation began. */
	madeAt: number;
	/** When its fault was last proven; its creation's begin until then. */
	provenAt: number;
	/** Memory that it takes now, measured. */
	memoryBytes: number;
}

/** What a lab of a scenario costs on this host, as measured; docs/pool-plan.md has those of the first host. */
export interface TierCosts {
	/** Making one for the pool. `bytes` is what it takes while it runs. */
	make: { bytes: number; cpuMs: number };
	/** Keeping one for its whole life: its renewals. */
	keepCpuMs: number;
	/** From click to ready where the pool has none. */
	startMs: number;
	hot: { bytes: number; claimMs: number };
	/** Null where the host has no swap. */
	cold: { bytes: number; swapBytes: number; claimMs: number; warmCpuMs: number } | null;
}

/** What the pool may hold of one scenario and how likely it is asked for. */
export interface PoolLine {
	scenario: string;
	version: string;
	/** The seed that is asked for (a game-day's), or null where any will do. */
	seed: number | null;
	/** The scenario's seeds; never empty. */
	seeds: readonly number[];
	/** At index n − 1: the probability that at least n are asked for before one that is begun now is there. Falls with n. */
	soon: readonly number[];
	/** The same within the age limit of a member. */
	inTime: readonly number[];
	costs: TierCosts;
}

export interface HostRoom {
	/** All that labs of every instance may take together. */
	memoryBytes: number;
	/** What they take or are granted, without this pool. */
	usedBytes: number;
	/** Room that learners in the queue wait for and the pool should give. */
	wantedBytes: number;
	/** Swap that this pool's members may take together. */
	swapBytes: number;
	cpus: number;
	/** Processors that labs in use and other instances take, as a recent mean; what the pool itself does is not in it. */
	busyCpus: number;
	/** Labs on their way to a learner. */
	starting: number;
}

export interface PoolLimits {
	/** A member older than this is never given out. */
	ageMs: number;
	/** Frozen members are renewed (thawed, proven again, frozen) when their proof is older; null: at claim only. */
	renewAfterMs: number | null;
	/** Creations, renewals and learners' starts at once. */
	atOnce: number;
	/** Nothing is begun while learners' labs and other instances take more than this share of the processors. */
	busyShare: number;
	/** Kept free for labs that begin or grow: the pool gives way below. */
	headroomBytes: number;
	/** Kept free besides when something is begun, so that the next start does not evict it again. */
	slackBytes: number;
	/** From a claim until its replacement is there: the time that `soon` speaks of. */
	refillMs: number;
	/** How many seconds of an idle processor one second of a learner's waiting is worth. */
	cpuPerWait: number;
	/** Something is evicted for something else only when that is worth so many times as much. */
	margin: number;
}

export interface PoolInput {
	now: number;
	host: HostRoom;
	members: readonly Member[];
	lines: readonly PoolLine[];
	limits: PoolLimits;
}

/** One thing to begin. `renew` thaws, renews and proves a member, and leaves it hot. */
export type PoolAction =
	| { do: "create"; key: MemberKey; reason: string }
	| { do: "freeze" | "reclaim" | "renew" | "evict"; member: string; reason: string };

export interface PoolPlan {
	/** To be begun at once, in this order. */
	actions: PoolAction[];
	/** Why nothing is made or renewed though it is wanted, in words; null where nothing holds it up. */
	held: string | null;
}

/** The name of a line: no two lines of a plan have the same. */
export const lineKey = ({ scenario, seed }: Pick<PoolLine, "scenario" | "seed">): string => `${scenario}/${seed ?? "any"}`;
