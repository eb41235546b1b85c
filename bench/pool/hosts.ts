import type { PoolLimits, TierCosts } from "../../lib/labs/plan/pool-types.ts";
import { planTimes } from "../../lib/labs/pool.ts";

const [mib, gib] = [1024 ** 2, 1024 ** 3];

export interface SimulatedHost {
	name: string;
	memoryBytes: number;
	swapBytes: number;
	cpus: number;
	atOnce: number;
	teams: number;
	interviewsADay: number;
}

const measured = { memoryBytes: 23 * gib, cpus: 4, atOnce: 2, teams: 12, interviewsADay: 8 };

export const hosts: readonly SimulatedHost[] = [
	{ name: "24 GiB, 4 processors, no swap", swapBytes: 0, ...measured },
	{ name: "24 GiB, 4 processors, 48 GiB swap", swapBytes: 48 * gib, ...measured },
];

/** Memory of a lab in use, as lib/providers/kind/capacity.ts counts it for one node. */
export const labBytes = 800 * mib;
/** Processors that a lab in use takes on average: mostly its control plane. An assumption. */
export const labCpus = 0.1;
/** Processors that a lab takes while it starts (measured: a start alone keeps about one and a half of two cores busy). */
export const startCpus = 1.5;

/** Measured on two cores: clone to a DNS answer 9.4-10.9 s, fault and its proof about 4 s, cold thaw to an answer 1.3 s. */
const startMs = 14_000;
/** Proof of the fault at claim: a second assumption, from probes of 0.15 s. */
const proofMs = 300;

const [ageMs, renewAfterMs] = [12 * 3_600_000, 2 * 3_600_000];

export function costsOf(host: SimulatedHost): TierCosts {
	const cold = {
		bytes: 62 * mib,
		swapBytes: labBytes - 62 * mib,
		claimMs: 1300 + proofMs,
		warmCpuMs: actionCosts.renew.cpuMs + actionCosts.reclaim.cpuMs,
	};
	return {
		make: { bytes: labBytes, cpuMs: startMs * startCpus },
		keepCpuMs: (ageMs / renewAfterMs) * actionCosts.renew.cpuMs,
		startMs,
		hot: { bytes: labBytes, claimMs: 170 + proofMs },
		cold: host.swapBytes > 0 ? cold : null,
	};
}

/** How long an action on a quiet host takes, and what processor time it costs. */
export const actionCosts = {
	create: { ms: startMs, cpuMs: startMs * startCpus },
	freeze: { ms: 130, cpuMs: 50 },
	reclaim: { ms: 2700, cpuMs: 1500 },
	renew: { ms: 3000, cpuMs: 3000 },
	evict: { ms: 1000, cpuMs: 500 },
};

export const limitsOf = ({ atOnce }: SimulatedHost): PoolLimits => ({
	...{ ageMs, renewAfterMs, refillMs, atOnce, busyShare: 0.75 },
	...{ headroomBytes: 2 * labBytes, slackBytes: labBytes, cpuPerWait: 10, margin: 10 },
});

/** From a claim to its replacement, at the 95th percentile: three makings, since learners and other refills come first. */
export const refillMs = 3 * startMs;

/** What a plan is told of its host. */
export interface Told {
	costs: TierCosts;
	limits: PoolLimits;
}

export const truthOf = (host: SimulatedHost): Told => ({ costs: costsOf(host), limits: limitsOf(host) });

/** What the engine tells its plan: times of a host that others keep busy, and no renewals, since it proves every fault at its claim. */
export function asEngineTells(host: SimulatedHost): Told {
	const { costs, limits } = truthOf(host);
	const { startMs, makeCpuMs, claimMs, coldTimes, ageMs, refillMs } = planTimes;
	return {
		limits: { ...limits, ageMs, refillMs, renewAfterMs: null },
		costs: {
			...{ startMs, keepCpuMs: 0, make: { ...costs.make, cpuMs: makeCpuMs }, hot: { ...costs.hot, claimMs } },
			cold: costs.cold && { ...costs.cold, ...coldTimes },
		},
	};
}
