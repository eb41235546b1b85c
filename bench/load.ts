import { availableParallelism, loadavg } from "node:os";
import { join } from "node:path";
import PQueue from "p-queue";
import type { Env } from "../lib/core/env.ts";
import { readHostManifest } from "../lib/core/host.ts";
import type { EngineClient } from "../lib/protocol/client.ts";
import type { Lab, LabState } from "../lib/protocol/lab.ts";
import { type Catalogue, loadCatalogue } from "../lib/scenarios/catalogue.ts";
import { createCensus, leftOver, nothing } from "./census.ts";
import { atMost, type Figure, quantile, told } from "./figure.ts";
import { startOwnEngine } from "./own-engine.ts";

/** A fix waits for rollouts of its own; on a host with many times its load minutes. */
const fixMs = 600_000;

/** One learner's way through a lab. */
export interface Visit {
	person: string;
	slug: string;
	seed: number;
	/** Which of the accepted fixes is made. */
	fix: number;
}

/** Seconds of each part; those that were not reached are left out. */
export interface Visited {
	/** From the click until it was its turn, and until the learner could begin. */
	turn?: number;
	ready?: number;
	solved?: number;
	graded?: number;
	gone?: number;
	/** What went wrong, in words. */
	failure?: string;
}

/**
 * Labs claimed at once by as many people through an engine, solved by an accepted fix, graded and ended: how many an hour, how
 * long people wait, and whether anything fails or is left. Requests beyond what the host holds wait in the engine's queue.
 * @param options.labs how many in all
 * @param options.atOnce how many people are there at any moment: who has ended makes room for the next
 */
export async function benchLoad(options: {
	env: Env;
	labs: number;
	atOnce: number;
	signal: AbortSignal;
	onStep(step: string): void;
}): Promise<Figure[]> {
	const { env, signal, onStep } = options;
	const catalogue = await loadCatalogue(join(import.meta.dirname, "..", "scenarios"));
	const { docker } = await readHostManifest(env.dataDir);
	const engine = await startOwnEngine(env, signal);
	const census = createCensus({ ...engine, docker });
	const visitor = { client: engine.client, catalogue, signal };
	const visited: Visited[] = [];
	let left: string[] = [];
	let seconds = 0;
	try {
		onStep("One lab before, for what the first one makes and stays");
		const first = await visit({ person: "first", ...variants(catalogue)[0], fix: 0 } as Visit, { ...visitor, onReady: census.look });
		if (first.failure) throw new Error(`the first lab failed: ${first.failure}`);
		const before = await census.count(await openLabs(engine.client));
		const people = new PQueue({ concurrency: options.atOnce });
		const startedAt = performance.now();
		await Promise.all(
			visitsOf(catalogue, options.labs).map((one) =>
				people.add(async () => {
					const result = await visit(one, { ...visitor, onReady: census.look });
					visited.push(result);
					onStep(`${visited.length} of ${options.labs}: ${one.slug} (seed ${one.seed}) ${result.failure ?? "solved and gone"}`);
				}),
			),
		);
		seconds = (performance.now() - startedAt) / 1000;
		signal.throwIfAborted();
		left = leftOver(before, await census.count(await openLabs(engine.client)));
	} finally {
		await engine.end();
	}
	left.push(...leftOver(nothing, await census.count([])));
	for (const one of left) onStep(`left: ${one}`);
	return figuresOf({ visited, left: left.length, seconds, atOnce: options.atOnce });
}

/** Scenarios in turn, their seeds and fixes too: neighbours in the queue are of different shapes. */
export function visitsOf(catalogue: Pick<Catalogue, "slugs" | "seeds" | "instantiate">, labs: number): Visit[] {
	const all = variants(catalogue);
	return Array.from({ length: labs }, (_, index) => {
		const { slug, seed } = all[index % all.length] as { slug: string; seed: number };
		const { fixes } = catalogue.instantiate(slug, seed);
		return { person: `learner ${index + 1}`, slug, seed, fix: Math.floor(index / all.length) % fixes.length };
	});
}

function variants(catalogue: Pick<Catalogue, "slugs" | "seeds">): { slug: string; seed: number }[] {
	const most = Math.max(...catalogue.slugs().map((slug) => catalogue.seeds(slug).length));
	return Array.from({ length: most }, (_, at) => at).flatMap((at) =>
		catalogue.slugs().flatMap((slug) => {
			const seed = catalogue.seeds(slug)[at];
			return seed === undefined ? [] : [{ slug, seed }];
		}),
	);
}

/** The whole way of one learner. What goes wrong is told, and the lab is ended all the same. */
async function visit(
	{ person, slug, seed, fix }: Visit,
	options: { client: EngineClient; catalogue: Catalogue; signal: AbortSignal; onReady(): Promise<unknown> },
): Promise<Visited> {
	const { client, catalogue, signal } = options;
	const result: Visited = {};
	const clickedAt = performance.now();
	let id: string | undefined;
	try {
		id = (await client.call("lab.start", { scenario: slug, seed, person }, { signal })).id;
		await until(client, id, (state) => state !== "requested", signal);
		result.turn = secondsSince(clickedAt);
		await until(client, id, (state) => state === "active", signal);
		result.ready = secondsSince(clickedAt);
		await options.onReady();
		const { fixes, values } = catalogue.instantiate(slug, seed);
		const settings = Object.entries(values).map(([name, value]) => `${name}=${value}`);
		const solvingAt = performance.now();
		const command = ["env", ...settings, "bash", "-euo", "pipefail", "-s"];
		const run = await client.call("lab.exec", { id, command, stdin: fixes[fix]?.text ?? "", timeoutMs: fixMs }, { signal });
		if (run.exitCode !== 0) throw new Error(`${fixes[fix]?.name} ended with ${run.exitCode}: ${run.stderr.trim().slice(-300)}`);
		result.solved = secondsSince(solvingAt);
		const gradingAt = performance.now();
		const { verdict, repair, objectives, guards } = await client.call("lab.grade", { id }, { signal });
		result.graded = secondsSince(gradingAt);
		const deciding = [...objectives, ...guards].filter((one) => one.verdict !== "pass").map(({ message }) => message);
		if (repair !== "repair") result.failure = `${fixes[fix]?.name} came out as ${verdict}, ${repair}: ${deciding.join(" | ")}`;
	} catch (error) {
		result.failure = error instanceof Error ? error.message : String(error);
	}
	if (id === undefined || signal.aborted) return result;
	try {
		const endingAt = performance.now();
		await client.call("lab.stop", { id }, { signal });
		await until(client, id, (state) => state === "destroyed", signal);
		result.gone = secondsSince(endingAt);
	} catch (error) {
		result.failure ??= `not ended: ${error instanceof Error ? error.message : error}`;
	}
	return result;
}

/** @throws where the lab fails, or ends otherwise */
async function until(client: EngineClient, id: string, reached: (state: LabState) => boolean, signal: AbortSignal): Promise<void> {
	let last: Lab | undefined;
	for await (const lab of client.stream("lab.watch", { id }, { signal })) {
		last = lab;
		if (lab.failure && lab.state === "failed") throw new Error(`${lab.failure.step}: ${lab.failure.message}`);
		if (reached(lab.state)) return;
	}
	if (!last || !reached(last.state)) throw new Error(`the lab ended as ${last?.state}`);
}

export function figuresOf(run: { visited: readonly Visited[]; left: number; seconds: number; atOnce: number }): Figure[] {
	const { visited, left, seconds, atOnce } = run;
	const of = (part: Exclude<keyof Visited, "failure">) => visited.flatMap((one) => one[part] ?? []);
	const spread = (name: string, values: readonly number[]) => [
		told(`${name}, median`, quantile(values, 0.5), "s"),
		told(`${name}, 95th percentile`, quantile(values, 0.95), "s"),
	];
	const good = visited.filter(({ failure }) => failure === undefined).length;
	return [
		told("labs", visited.length, "labs"),
		told("people at once", Math.min(atOnce, visited.length), "people"),
		told("solved and gone again", seconds > 0 ? (good * 3600) / seconds : 0, "labs an hour"),
		...spread("click until its turn", of("turn")),
		...spread("click until ready", of("ready")),
		...spread("fix", of("solved")),
		...spread("check", of("graded")),
		...spread("end until nothing of it is left", of("gone")),
		atMost("labs that failed", visited.length - good, "labs", 0),
		atMost("things left on the host", left, "things", 0),
		told("programs that wanted a core at the end, for each core", (loadavg()[0] ?? 0) / availableParallelism(), "ratio"),
	];
}

async function openLabs(client: EngineClient): Promise<string[]> {
	return (await client.call("lab.list", {})).filter(({ state }) => state !== "destroyed").map(({ id }) => id);
}

function secondsSince(at: number): number {
	return (performance.now() - at) / 1000;
}
