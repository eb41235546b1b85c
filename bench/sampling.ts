import { type Rates, type Risks, sequentialTest } from "../lib/grading/sampling/sequential-test.ts";
import { runTest } from "../lib/grading/test-support/sampling-simulation.ts";
import { seededRandom } from "../lib/grading/test-support/seeded-random.ts";
import type { Figure } from "./figure.ts";

const settings = [
	{ p0: 0.01, p1: 0.2, alpha: 0.01, beta: 0.01 },
	{ p0: 0.01, p1: 0.1, alpha: 0.01, beta: 0.01 },
	{ p0: 0.005, p1: 0.05, alpha: 0.01, beta: 0.01 },
];
const runs = 5000;
/** Beyond what any test here takes, so that truncation does not flatter the figures. */
const most = 20_000;

/**
 * Samples that the sequential test needs, as a ratio to the smallest test of a fixed size with the same errors (exact
 * binomial). A goal is Wald's own result that it saves about half on average (1947, sec. 3.10, for errors like these).
 */
export function benchSampling(): Figure[] {
	return settings.flatMap((setting) => {
		const fixed = fixedSize(setting);
		const plan = sequentialTest({ ...setting, most });
		const label = `p0 ${setting.p0}, p1 ${setting.p1}`;
		return (["p0", "p1"] as const).flatMap((side, index) => {
			const random = seededRandom(index + 1);
			const counts = Array.from({ length: runs }, () => runTest(plan, () => random() >= setting[side]).samples).sort((a, b) => a - b);
			const mean = counts.reduce((sum, count) => sum + count, 0) / runs / fixed;
			const p95 = (counts[Math.floor(runs * 0.95)] ?? Number.POSITIVE_INFINITY) / fixed;
			const system = side === "p0" ? "repaired" : "broken";
			return [
				figure(`samples to judge a ${system} system, mean (${label})`, mean, 0.7),
				figure(`samples to judge a ${system} system, 95th percentile (${label})`, p95, 1.5),
			];
		});
	});
}

function figure(name: string, value: number, atMost: number): Figure {
	return { name, value: Math.round(value * 100) / 100, unit: "× fixed-size test", goal: `≤ ${atMost}`, holds: value <= atMost };
}

/**
 * The smallest n for which some c has P(failures > c | p0) ≤ α and P(failures ≤ c | p1) ≤ β, by the exact binomial.
 */
export function fixedSize({ p0, p1, alpha, beta }: Rates & Risks): number {
	for (let n = 1; n <= most; n++) {
		let [below0, below1] = [0, 0];
		for (let c = 0; c <= n; c++) {
			below0 += binomial(n, c, p0);
			below1 += binomial(n, c, p1);
			if (below1 > beta) break;
			if (1 - below0 <= alpha) return n;
		}
	}
	throw new Error("no test of a fixed size has these errors");
}

/** P(exactly c of n), by logarithms: the factorials are large. */
function binomial(n: number, c: number, p: number): number {
	let log = c * Math.log(p) + (n - c) * Math.log(1 - p);
	for (let i = 1; i <= c; i++) log += Math.log(n - c + i) - Math.log(i);
	return Math.exp(log);
}
