import { availableParallelism, loadavg } from "node:os";
import { systemClock as clock } from "../lib/core/clock.ts";
import { contentsOf } from "../lib/labs/contents.ts";
import { scenarioSteps } from "../lib/labs/steps/scenario-steps.ts";
import { versionOf } from "../lib/labs/version.ts";
import type { Lab } from "../lib/protocol/lab.ts";
import { type BenchEngine, openBenchEngine } from "./bench-engine.ts";
import type { BenchOptions } from "./bench-lab.ts";
import { atMost, type Figure, quantile, told } from "./figure.ts";

const slug = "broken-selector";
const seed = 1;
const pollMs = 10;

/**
 * How long a learner waits, against B: the same lab made by `kind create cluster`, images cached, until a probe sees its fault
 * and a shell has its prompt. All in one run, in turn.
 * @param options.times repetitions; ten or more for figures that mean something
 */
export async function benchStart(options: BenchOptions & { cacheDir: string; times: number }): Promise<Figure[]> {
	const { times, onStep, signal } = options;
	const byKind = await openBenchEngine(slug, { ...options, clones: false });
	const cloning = await openBenchEngine(slug, { ...options, clones: true });
	const seconds = { kind: [] as number[], clone: [] as number[], pool: [] as number[], reset: [] as number[], spare: [] as number[] };
	try {
		onStep("Preparing the clusters that are cloned");
		const scenario = cloning.catalogue.instantiate(slug, seed);
		const contents = contentsOf(scenario, versionOf(cloning.catalogue, slug, cloning.provider.madeOf), scenarioSteps);
		await cloning.provider.prepare(scenario.cluster, signal);
		await cloning.provider.prepare(scenario.cluster, signal, contents);
		for (let round = 1; round <= times; round += 1) {
			signal.throwIfAborted();
			onStep(`${round} of ${times}: by kind`);
			seconds.kind.push(await started(byKind));
			onStep(`${round} of ${times}: pool empty`);
			const lab = await begun(cloning);
			seconds.clone.push(lab.seconds);
			onStep(`${round} of ${times}: reset, no spare`);
			seconds.reset.push(await timed(cloning, () => cloning.labs.reset(lab.id)));
			await fill(cloning);
			onStep(`${round} of ${times}: reset, a spare frozen`);
			seconds.spare.push(await timed(cloning, () => cloning.labs.reset(lab.id)));
			await ended(cloning, lab.id);
			await fill(cloning);
			onStep(`${round} of ${times}: from the pool`);
			seconds.pool.push(await started(cloning));
		}
	} finally {
		await byKind.close();
		await cloning.close();
	}
	const median = (values: readonly number[]) => quantile(values, 0.5);
	const b = median(seconds.kind);
	return [
		told("B: made by kind, median", b, "s"),
		told("B, 95th percentile", quantile(seconds.kind, 0.95), "s"),
		atMost("click to ready, pool empty / B, median", median(seconds.clone) / b, "ratio", 0.25),
		atMost("click to ready from the pool / B, median", median(seconds.pool) / b, "ratio", 0.02),
		atMost("click to ready from the pool / B, 95th percentile", quantile(seconds.pool, 0.95) / b, "ratio", 0.05),
		atMost("reset without a spare / B, worst", Math.max(...seconds.reset) / b, "ratio", 0.25),
		atMost("reset with a frozen spare / claim, median", median(seconds.spare) / median(seconds.pool), "ratio", 1.2),
		told("repetitions", times, "times"),
		told("programs that wanted a core at the end, for each core", (loadavg()[0] ?? 0) / availableParallelism(), "ratio"),
	];
}

/** Starts a lab and ends it. @returns seconds from click to ready */
async function started(engine: BenchEngine): Promise<number> {
	const lab = await begun(engine);
	await ended(engine, lab.id);
	return lab.seconds;
}

async function begun(engine: BenchEngine): Promise<{ id: string; seconds: number }> {
	let id = "";
	const seconds = await timed(engine, async () => {
		const lab = await engine.labs.start(slug, seed);
		id = lab.id;
		return lab;
	});
	return { id, seconds };
}

/** Seconds until the lab is the learner's: its fault proven and its prompt there. */
async function timed({ labs, hasPrompt }: BenchEngine, act: () => Promise<Lab>): Promise<number> {
	const startedAt = performance.now();
	const { id } = await act();
	const ending = new AbortController();
	// Told, not asked for every few milliseconds: that would take a part of what is measured.
	for await (const { state, failure } of labs.watch(id, ending.signal)) {
		if (failure) throw new Error(`the lab failed at "${failure.step}": ${failure.message}`);
		if (state === "active") break;
	}
	ending.abort();
	while (!(await hasPrompt(id))) await clock.sleep(pollMs);
	return (performance.now() - startedAt) / 1000;
}

async function ended({ labs }: BenchEngine, id: string): Promise<void> {
	await labs.stop(id);
	while ((await labs.get(id)).state !== "destroyed") await clock.sleep(100);
}

/** Tends the pool until it has a frozen lab of the variant. */
async function fill({ labs }: BenchEngine): Promise<void> {
	while ((await labs.pool.spares({ scenario: slug, seed })).length === 0) {
		await labs.pool.tend();
		await clock.sleep(500);
	}
}
