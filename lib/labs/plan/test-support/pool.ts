import { begin } from "../ledger.ts";
import type { HostRoom, Member, PoolAction, PoolInput, PoolLine, TierCosts } from "../pool-types.ts";

export const hourMs = 3_600_000;
export const gib = 1024 ** 3;
export const labBytes = 800 * 1024 ** 2;
const coldBytes = 62 * 1024 ** 2;

const costs: TierCosts = {
	...{ make: { bytes: labBytes, cpuMs: 20_000 }, keepCpuMs: 18_000, startMs: 14_000 },
	...{ hot: { bytes: labBytes, claimMs: 500 }, cold: null },
};
const cold: TierCosts["cold"] = { bytes: coldBytes, swapBytes: labBytes - coldBytes, claimMs: 1600, warmCpuMs: 4500 };

/** A scenario with three seeds that is asked for with these chances, and later surely. */
export function aLine(scenario: string, soon: number[], options: { cold?: boolean } = {}): PoolLine {
	const tiers = { ...costs, cold: options.cold ? cold : null };
	return { scenario, version: "1", seed: null, seeds: [1, 2, 3], soon, inTime: soon.map(() => 1), costs: tiers };
}

/** A hot member, made just now. */
export function aMember(id: string, scenario: string, options: Partial<Member> & { seed?: number; version?: string } = {}): Member {
	const { seed = 1, version = "1", tier = "hot", madeAt = 0, ...rest } = options;
	const memoryBytes = tier === "cold" ? coldBytes : labBytes;
	return { id, key: { scenario, seed, version }, tier, doing: null, madeAt, provenAt: madeAt, memoryBytes, ...rest };
}

/** At time 0, on an empty host of 24 GiB and four processors without swap. */
export function anInput({
	host,
	members = [],
	lines = [],
}: {
	host?: Partial<HostRoom>;
	members?: Member[];
	lines?: PoolLine[];
}): PoolInput {
	return {
		...{ now: 0, members, lines },
		host: { memoryBytes: 24 * gib, usedBytes: 0, wantedBytes: 0, swapBytes: 0, cpus: 4, busyCpus: 0, starting: 0, ...host },
		limits: {
			...{ ageMs: 12 * hourMs, renewAfterMs: 2 * hourMs, refillMs: 42_000, atOnce: 2, busyShare: 0.75 },
			...{ headroomBytes: 2 * labBytes, slackBytes: labBytes, cpuPerWait: 10, margin: 10 },
		},
	};
}

/** The members once all that is under way has ended well, at the same moment. */
export function finish(members: readonly Member[]): Member[] {
	return members
		.filter(({ doing }) => doing !== "evict")
		.map((member): Member => {
			if (member.doing === "reclaim") return { ...member, doing: null, tier: "cold", memoryBytes: coldBytes };
			if (member.doing === null && member.tier === "creating") return { ...member, tier: "ready", memoryBytes: labBytes };
			if (member.doing === null) return member;
			const provenAt = member.doing === "renew" ? 0 : member.provenAt;
			return { ...member, doing: null, tier: "hot", memoryBytes: labBytes, provenAt };
		});
}

/** The input once the actions have begun. */
export function applied(input: PoolInput, actions: readonly PoolAction[]): PoolInput {
	return { ...input, members: actions.reduce((members, action) => begin(members, action, input), [...input.members]) };
}
