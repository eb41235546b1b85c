import type { Member, Tier } from "./pool-types.ts";

export interface Claim {
	now: number;
	scenario: string;
	version: string;
	/** The seed asked for, or null where any will do. */
	seed: number | null;
	/** Seeds that the learner has had: given only where there is no other. */
	had: readonly number[];
	/** Age limit of a member. */
	ageMs: number;
}

const quickness: Partial<Record<Tier, number>> = { ready: 0, hot: 1, cold: 2 };

/** The member to give to a learner: a seed new to them, then the quickest, then the oldest, which would be lost first. */
export function chooseMember(members: readonly Member[], { now, scenario, version, seed, had, ageMs }: Claim): Member | undefined {
	const fit = members.filter(
		({ key, tier, doing, madeAt }) =>
			key.scenario === scenario &&
			key.version === version &&
			(seed === null || key.seed === seed) &&
			quickness[tier] !== undefined &&
			doing === null &&
			now - madeAt < ageMs,
	);
	const known = ({ key }: Member) => Number(had.includes(key.seed));
	return fit.sort(
		(a, b) => known(a) - known(b) || (quickness[a.tier] ?? 0) - (quickness[b.tier] ?? 0) || a.madeAt - b.madeAt || (a.id < b.id ? -1 : 1),
	)[0];
}
