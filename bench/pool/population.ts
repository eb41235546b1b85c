import { seededRandom } from "../../lib/grading/test-support/seeded-random.ts";

const [minuteMs, hourMs] = [60_000, 3_600_000];
export const dayMs = 24 * hourMs;

export interface Scenario {
	slug: string;
	minutes: number;
	seeds: readonly number[];
}

export interface Visit {
	at: number;
	person: string;
	scenario: string;
	/** How long the lab is used once it is ready. */
	useMs: number;
	/** Steps of the path that this learner goes on with, each after its pause; the last has none. */
	next: { scenario: string; pauseMs: number; useMs: number }[];
	/** The next step of the path, whether or not the learner will take it: what an engine knows. */
	ahead: string[];
	kind: "learner" | "game-day" | "interview";
}

export interface Gathering {
	kind: "game-day" | "interview";
	scenario: string;
	startsAt: number;
	people: number;
}

export interface Population {
	scenarios: Scenario[];
	visits: Visit[];
	gatherings: Gathering[];
}

/** How learners behave: assumptions, not measures; docs/pool-plan.md states them. */
export const assumed = {
	paths: 5,
	stepsEach: 8,
	capstones: 6,
	/** Learners who follow a path; the others pick what they like. */
	onPath: 0.75,
	/** Goes on with the next step in the same sitting. */
	goesOn: 0.4,
	pauseMs: 4 * minuteMs,
	/** Comes back on another day. */
	comesBack: 0.2,
	showUp: 0.9,
};

// Share of a day's starts in each hour: quiet nights, mornings, afternoons and evenings.
const hours = [1, 1, 0.5, 0.5, 0.5, 1, 2, 4, 7, 9, 10, 9, 6, 8, 9, 9, 8, 6, 5, 6, 7, 6, 4, 2];
const weekend = 0.5;

/** Everybody who comes in a number of days, and when; the same for the same seed. */
export function populate(options: { learners: number; days: number; teams: number; interviewsADay: number; seed: number }): Population {
	const random = seededRandom(options.seed);
	const pick = (count: number) => Math.floor(random() * count);
	const exponential = (mean: number) => -mean * Math.log(1 - random());
	const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
	/** Zipf's law with exponent 1: the usual shape of popularity. */
	const zipf = (count: number) => {
		const weights = Array.from({ length: count }, (_, rank) => 1 / (rank + 1));
		return weighted(weights, random());
	};
	const learning = Array.from({ length: assumed.paths * assumed.stepsEach }, (_, index): Scenario => {
		const [path, step] = [Math.floor(index / assumed.stepsEach), index % assumed.stepsEach];
		return { slug: `path-${path + 1}-step-${step + 1}`, minutes: 15 + 3 * step, seeds: [1, 2, 3] };
	});
	const capstones = Array.from(
		{ length: assumed.capstones },
		(_, index): Scenario => ({ slug: `capstone-${index + 1}`, minutes: 45, seeds: [1, 2, 3] }),
	);
	const all = [...learning, ...capstones];
	// A fixed shuffle: the popular ones are not the first steps.
	const byLiking = all.map((scenario) => ({ scenario, at: random() })).sort((a, b) => a.at - b.at);
	const minutesOf = new Map(all.map(({ slug, minutes }) => [slug, minutes]));
	const lastsOf = (slug: string) => {
		const minutes = minutesOf.get(slug) as number;
		return Math.min(3 * minutes, 0.8 * minutes * Math.exp(0.6 * normal())) * minuteMs;
	};
	const whenOf = (day: number) => day * dayMs + (weighted(hours, random()) + random()) * hourMs;
	const dayWeights = Array.from({ length: options.days }, (_, day) => (day % 7 < 5 ? 1 : weekend));

	const visits: Visit[] = [];
	for (let index = 0; index < options.learners; index++) {
		const person = `learner-${index}`;
		const path = random() < assumed.onPath ? zipf(assumed.paths) : null;
		let step = 0;
		let day = weighted(dayWeights, random());
		for (;;) {
			const slug = () =>
				path === null ? (byLiking[zipf(all.length)] as { scenario: Scenario }).scenario.slug : `path-${path + 1}-step-${step + 1}`;
			const steps = [slug()];
			while (random() < assumed.goesOn && step + 1 < assumed.stepsEach) {
				step += 1;
				steps.push(slug());
			}
			step += 1;
			const ahead = path === null ? [] : steps.map((_, at) => `path-${path + 1}-step-${step - steps.length + at + 2}`);
			visits.push({
				...{ at: whenOf(day), person, scenario: steps[0] as string, useMs: lastsOf(steps[0] as string), kind: "learner" },
				next: steps.slice(1).map((scenario) => ({ scenario, pauseMs: exponential(assumed.pauseMs), useMs: lastsOf(scenario) })),
				ahead: ahead.map((scenario) => (minutesOf.has(scenario) ? scenario : "")),
			});
			day += 1 + Math.floor(exponential(1.5));
			if (random() >= assumed.comesBack || day >= options.days || step >= assumed.stepsEach) break;
		}
	}
	const gatherings: Gathering[] = [];
	for (let day = 1; day < options.days; day++) {
		if (day % 7 >= 5) continue;
		// Tuesdays and Thursdays at two.
		if (day % 7 === 1 || day % 7 === 3) {
			gatherings.push({
				kind: "game-day",
				scenario: `capstone-${1 + pick(assumed.capstones)}`,
				startsAt: day * dayMs + 14 * hourMs,
				people: options.teams,
			});
		}
		for (let count = 0; count < options.interviewsADay; count++) {
			const startsAt = day * dayMs + (9 + pick(16) / 2) * hourMs;
			gatherings.push({ kind: "interview", scenario: `capstone-${1 + pick(assumed.capstones)}`, startsAt, people: 1 });
		}
	}
	for (const [index, { kind, scenario, startsAt, people }] of gatherings.entries()) {
		for (let guest = 0; guest < people; guest++) {
			if (random() >= assumed.showUp) continue;
			const late = kind === "game-day" ? Math.min(5 * minuteMs, exponential(minuteMs)) : 2 * minuteMs * normal();
			visits.push({
				at: startsAt + late,
				person: `guest-${index}-${guest}`,
				scenario,
				useMs: lastsOf(scenario),
				next: [],
				ahead: [],
				kind,
			});
		}
	}
	return { scenarios: all, visits: visits.sort((a, b) => a.at - b.at), gatherings };
}

function weighted(weights: readonly number[], at: number): number {
	let left = at * weights.reduce((sum, weight) => sum + weight, 0);
	for (const [index, weight] of weights.entries()) {
		left -= weight;
		if (left < 0) return index;
	}
	return weights.length - 1;
}
