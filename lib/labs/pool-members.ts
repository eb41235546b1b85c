import { isOver } from "./lab-state.ts";
import type { LabRecord } from "./lab-store.ts";
import { type Claim, chooseMember } from "./plan/choose-member.ts";
import { countStart, emptyTally, type StartTally } from "./plan/demand.ts";
import type { Member, Tier } from "./plan/pool-types.ts";

const tiers: Partial<Record<LabRecord["state"], Tier>> = {
	...{ requested: "creating", provisioning: "creating", healthy: "creating", faulted: "creating" },
	frozen: "hot",
};

/** A pooled lab as the plan sees it; undefined where it is failed or on its way out. */
export function memberOf(record: LabRecord, memoryBytes: number, doing: Member["doing"] = null): Member | undefined {
	const inMemory = record.pooled ? tiers[record.state] : undefined;
	if (!inMemory) return undefined;
	const tier = record.cold ? "cold" : inMemory;
	const { id, scenario, seed, version, createdAt } = record;
	return { id, key: { scenario, seed, version }, tier, doing, madeAt: createdAt, provenAt: createdAt, memoryBytes };
}

/** A lab that is over and still on the host, whoever had it, as the plan sees it: memory that comes back by itself; undefined where it is none. */
export function leavingOf(record: LabRecord, memoryBytes: number): Member | undefined {
	if (!isOver(record.state) || record.state === "destroyed" || memoryBytes === 0) return undefined;
	const { id, scenario, seed, version, createdAt } = record;
	return { id, key: { scenario, seed, version }, tier: "hot", doing: "evict", madeAt: createdAt, provenAt: createdAt, memoryBytes };
}

/** The best frozen lab for a claim, then the next best. */
export function inOrder(members: readonly Member[], claim: Claim): Member[] {
	const best = chooseMember(members, claim);
	if (!best) return [];
	const others = members.filter((member) => member !== best);
	return [best, ...inOrder(others, claim)];
}

/** Of labs that are still being made, the one that will be ready first: a learner waits less for it than for a new one. */
export function furthest(members: readonly Member[], records: readonly LabRecord[]): Member | undefined {
	const states: LabRecord["state"][] = ["faulted", "healthy", "provisioning"];
	const stateOf = new Map(records.map(({ id, state }) => [id, state]));
	const ranked = members.map((member) => ({ member, rank: states.indexOf(stateOf.get(member.id) ?? "requested") }));
	return ranked.filter(({ rank }) => rank >= 0).sort((a, b) => a.rank - b.rank || a.member.madeAt - b.member.madeAt)[0]?.member;
}

/** The starts of learners that are on record, oldest first: what the demand is expected from. */
export function tallyOf(records: readonly LabRecord[], now: number): StartTally {
	const starts = records.filter(({ pooled }) => !pooled).toSorted((a, b) => a.createdAt - b.createdAt);
	const since = Math.min(now, starts[0]?.createdAt ?? now);
	return starts.reduce((tally, { scenario, createdAt }) => countStart(tally, { scenario, at: createdAt }), emptyTally(since));
}
