import { atMost, type Figure, quantile, told } from "./figure.ts";
import { hosts, type SimulatedHost } from "./pool/hosts.ts";
import { type Policy, policies } from "./pool/policies.ts";
import { populate } from "./pool/population.ts";
import { type Course, simulate } from "./pool/world.ts";

export interface SimulationOptions {
	/** At the same density: fewer learners come over fewer days. */
	learners: number;
	/** Over which ten thousand learners come: fewer days are a fuller house. */
	days: number;
	seed: number;
	onStep(step: string): void;
}

/** What a policy came to on a host; waits in seconds, shares of all starts. */
export interface Row {
	host: string;
	policy: string;
	starts: number;
	mean: number;
	median: number;
	p95: number;
	p99: number;
	hot: number;
	cold: number;
	clone: number;
	/** Waited for room before anything began. */
	queued: number;
	/** Wait after the queue, 95th percentile: what the pool itself can mend. */
	p95AfterQueue: number;
	/** Share of game-day and interview labs that came from the pool. */
	announcedFromPool: number;
	made: number;
	unclaimed: number;
	unclaimedGibHours: number;
	poolCpuHours: number;
	lostCpuHours: number;
	fullest: number;
}

/** The learners of docs/pool-plan.md. */
export const usual = { learners: 10_000, days: 35, seed: 1 };

/** The plan and simple policies, on simulated days: seeded, the same on every machine. */
export function simulateRows(options: SimulationOptions): Row[] {
	return hosts.flatMap((host) => policies.map((policy) => simulateRow(host, policy, options)));
}

/** The rows as figures, and the plan against the best of the simple policies. */
export function figuresOfRows(rows: readonly Row[]): Figure[] {
	return [...rows.flatMap(figuresOf), ...hosts.flatMap(({ name }) => against(rows.filter(({ host }) => host === name)))];
}

function simulateRow(host: SimulatedHost, policy: Policy, options: SimulationOptions): Row {
	options.onStep(`${host.name}: ${policy.name}`);
	const days = Math.max(2, Math.round((options.days * options.learners) / usual.learners));
	return rowOf(host.name, policy.name, simulate(host, populate({ ...host, ...options, days }), policy));
}

function rowOf(host: string, policy: string, course: Course): Row {
	const { starts } = course;
	const waits = starts.map(({ waitMs }) => waitMs / 1000);
	const share = (wanted: (start: (typeof starts)[number]) => boolean, of = starts) => of.filter(wanted).length / of.length;
	const fromPool = ({ source }: (typeof starts)[number]) => source !== "clone";
	return {
		...{ host, policy, starts: starts.length, mean: waits.reduce((sum, wait) => sum + wait, 0) / waits.length },
		...{ median: quantile(waits, 0.5), p95: quantile(waits, 0.95), p99: quantile(waits, 0.99) },
		hot: share(({ source }) => source === "hot"),
		cold: share(({ source }) => source === "cold"),
		clone: share(({ source }) => source === "clone"),
		queued: share(({ queuedMs }) => queuedMs >= queuedFromMs),
		p95AfterQueue: quantile(
			starts.map(({ waitMs, queuedMs }) => (waitMs - queuedMs) / 1000),
			0.95,
		),
		announcedFromPool: share(
			fromPool,
			starts.filter(({ kind }) => kind !== "learner"),
		),
		...{ made: course.made, unclaimed: course.unclaimed, unclaimedGibHours: course.unclaimedGibHours, fullest: course.fullest },
		...{ poolCpuHours: course.poolCpuMs / 3_600_000, lostCpuHours: course.lostCpuMs / 3_600_000 },
	};
}

/** A wait that is felt: page.md names every one over a second. */
const queuedFromMs = 1000;

function figuresOf(row: Row): Figure[] {
	const name = (what: string) => `${what} (${row.policy}; ${row.host})`;
	return [
		...[told(name("wait, mean"), row.mean, "s"), told(name("wait, 95th percentile"), row.p95, "s")],
		...[told(name("from the pool"), 1 - row.clone, "share"), told(name("made in vain"), row.unclaimed / Math.max(1, row.made), "share")],
		atMost(name("memory taken at most, of the host's"), row.fullest, "ratio", 1),
	];
}

function against(rows: readonly Row[]): Figure[] {
	const plan = rows.find(({ policy }) => policy === "plan") as Row;
	const simple = rows.filter(({ policy }) => !policy.startsWith("plan"));
	const least = (of: (row: Row) => number) => Math.min(...simple.map(of));
	return [
		atMost(`mean wait, against the best simple policy (${plan.host})`, plan.mean / least(({ mean }) => mean), "ratio", 1),
		atMost(`started without the pool, against the best simple policy (${plan.host})`, plan.clone / least(({ clone }) => clone), "ratio", 1),
	];
}
