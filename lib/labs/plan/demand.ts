import { atLeast, binomial, type Counts, gammaPoisson, plus, poisson } from "./chances.ts";

/** Starts that nothing announced, counted with decay. Plain data: it can be kept or rebuilt from the recorded starts. */
export interface StartTally {
	/** When counting began. */
	since: number;
	scenarios: Readonly<Record<string, { recent: number; longRun: number; at: number }>>;
}

/** The next step of a learner's path. */
export interface PathStep {
	scenario: string;
	/** That this learner asks for it at all. */
	chance: number;
	/** Mean time until then. */
	meanMs: number;
}

/** A game-day or an interview: `people` ask at about the same time. */
export interface Announcement {
	scenario: string;
	/** The seed that all get, or null. */
	seed: number | null;
	startsAt: number;
	/** Who have not got their lab yet. */
	people: number;
	/** That each of them comes. */
	showUp: number;
}

export interface DemandTimes {
	/** From a claim until its replacement is there: the 95th percentile of what was measured. */
	refillMs: number;
	/** Making one member. */
	makeMs: number;
	/** Made at once. */
	atOnce: number;
	/** Age limit of a member. */
	ageMs: number;
}

export interface Demand {
	scenario: string;
	seed: number | null;
	soon: number[];
	inTime: number[];
}

// How busy it is changes within an hour; how popular a scenario is, over a week.
const recentMs = 60 * 60_000;
const longRunMs = 7 * 24 * 60 * 60_000;
/** Starts that the expectation from busyness and popularity counts for, against what was seen of the scenario itself. */
const priorStarts = 2;
/** What a scenario that was never started counts for in its popularity. */
const unseenStarts = 0.5;
/** Teams are late; an interview is moved by minutes. */
const lateMs = 15 * 60_000;
/** Members for an announcement are begun earlier by this factor than a quiet host needs: learners come first. */
const leadFactor = 2;

export const emptyTally = (since: number): StartTally => ({ since, scenarios: {} });

/**
 * Counts a start. Those that a path or an announcement foretold are left out: they are expected by themselves.
 */
export function countStart(tally: StartTally, start: { scenario: string; at: number }): StartTally {
	const { recent, longRun } = decayed(tally, start.scenario, start.at);
	return { ...tally, scenarios: { ...tally.scenarios, [start.scenario]: { recent: recent + 1, longRun: longRun + 1, at: start.at } } };
}

/**
 * What will be asked for, for each scenario and for each seed that an announcement names.
 *
 * The model: unannounced starts of a scenario are Poisson at an unknown rate. Its prior is how busy it is now (all starts,
 * decaying by e in an hour) times the scenario's share (decaying in a week), worth two starts; the scenario's own recent starts
 * update it (Gamma-Poisson; Gelman et al., Bayesian Data Analysis, 3rd ed., 2.6). Learners on a path add a Poisson count
 * (many small chances: Le Cam 1960), announcements a binomial one, from the time at which their members must be begun.
 * @param scenarios the whole catalogue's slugs
 */
export function expectDemand(
	{ now, scenarios, times }: { now: number; scenarios: readonly string[]; times: DemandTimes },
	tally: StartTally,
	steps: readonly PathStep[],
	announcements: readonly Announcement[],
): Demand[] {
	const counts = scenarios.map((scenario) => decayed(tally, scenario, now));
	const total = (of: "recent" | "longRun") => counts.reduce((sum, count) => sum + count[of], 0);
	const seenRecent = exposure(now - tally.since, recentMs);
	const seenLong = exposure(now - tally.since, longRunMs);
	const busy = (total("recent") + unseenStarts) / (seenRecent + recentMs / priorStarts);
	const usual = (total("longRun") + unseenStarts) / (seenLong + recentMs / priorStarts);
	const popularity = total("longRun") + unseenStarts * scenarios.length;

	const byChance = scenarios.map((scenario, index): Demand => {
		const { recent, longRun } = counts[index] as { recent: number; longRun: number };
		const share = (longRun + unseenStarts) / popularity;
		const unannounced = (priorRate: number, seen: number, exposureMs: number, timeMs: number) =>
			gammaPoisson(priorStarts + seen, priorStarts / priorRate + exposureMs, timeMs);
		const mine = announcements.filter((announced) => announced.scenario === scenario && announced.seed === null);
		const ahead = steps.filter((step) => step.scenario === scenario);
		const all = (start: Counts, timeMs: number, due: (announced: Announcement) => boolean) =>
			atLeast(
				mine.filter(due).reduce((sum, { people, showUp }) => plus(sum, binomial(people, showUp)), plus(start, onPaths(ahead, timeMs))),
			);
		return {
			...{ scenario, seed: null },
			soon: all(unannounced(busy * share, recent, seenRecent, times.refillMs), times.refillMs, (announced) => isDue(announced, now, times)),
			inTime: all(unannounced(usual * share, longRun, seenLong, times.ageMs), times.ageMs, (announced) =>
				isWithin(announced, now, times.ageMs),
			),
		};
	});
	return [...byChance, ...bySeed(now, scenarios, times, announcements)];
}

/** When the members for an announcement are to be begun. */
export function beginsAt({ startsAt, people }: Announcement, { makeMs, refillMs, atOnce }: DemandTimes): number {
	return startsAt - refillMs - (leadFactor * people * makeMs) / atOnce;
}

function bySeed(now: number, scenarios: readonly string[], times: DemandTimes, announcements: readonly Announcement[]): Demand[] {
	const groups = Object.values(
		Object.groupBy(
			announcements.filter(({ scenario, seed }) => seed !== null && scenarios.includes(scenario)),
			({ scenario, seed }) => `${scenario}/${seed}`,
		),
	);
	const sum = (group: Announcement[]) =>
		atLeast(group.reduce((counts: Counts, { people, showUp }) => plus(counts, binomial(people, showUp)), [1]));
	return groups.flatMap((group = []) => {
		const due = group.filter((announced) => isDue(announced, now, times));
		const { scenario, seed } = group[0] as Announcement;
		const inTime = group.filter((announced) => isWithin(announced, now, times.ageMs));
		return due.length === 0 ? [] : [{ scenario, seed, soon: sum(due), inTime: sum(inTime) }];
	});
}

const isDue = (announced: Announcement, now: number, times: DemandTimes) =>
	beginsAt(announced, times) <= now && now <= announced.startsAt + lateMs;
const isWithin = ({ startsAt }: Announcement, now: number, timeMs: number) => now - lateMs <= startsAt && startsAt <= now + timeMs;

function onPaths(steps: readonly PathStep[], timeMs: number): Counts {
	return poisson(steps.reduce((sum, { chance, meanMs }) => sum + chance * -Math.expm1(-timeMs / meanMs), 0));
}

function decayed(tally: StartTally, scenario: string, now: number): { recent: number; longRun: number } {
	const count = tally.scenarios[scenario];
	if (!count) return { recent: 0, longRun: 0 };
	const ageMs = Math.max(0, now - count.at);
	return { recent: count.recent * Math.exp(-ageMs / recentMs), longRun: count.longRun * Math.exp(-ageMs / longRunMs) };
}

/** Time that was watched, weighted as the starts in it are: never more than the decay's own length. */
const exposure = (watchedMs: number, decayMs: number) => -Math.expm1(-Math.max(0, watchedMs) / decayMs) * decayMs;
