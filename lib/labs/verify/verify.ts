import type { Clock } from "../../core/clock.ts";
import type { Logger } from "../../core/log.ts";
import type { StreamItem } from "../../protocol/calls.ts";
import type { ProofRun, ProofVariant } from "../../protocol/scenario.ts";
import type { LabProvider } from "../../providers/provider.ts";
import type { Catalogue } from "../../scenarios/catalogue.ts";
import type { ScenarioInstance } from "../../scenarios/instance.ts";
import { createChannel } from "./channel.ts";
import { type Proof, planRuns } from "./plan-runs.ts";
import { proveInstance } from "./prove-instance.ts";
import { takeNext, topologyOf } from "./share-work.ts";
import { createSharedLab, type SharedLab } from "./shared-lab.ts";

export interface VerifyOptions {
	/** None means all. */
	slugs: readonly string[];
	/** None means every seed of the scenario. */
	seeds?: readonly number[] | undefined;
	/** Variants of a plan over all seeds of their scenarios, in the place of slugs and seeds: which runs are whose does not change. */
	only?: readonly ProofVariant[] | undefined;
	/** Clusters at once; 1 where not given. */
	jobs?: number | undefined;
	/** Which of the planned runs are made; all where not given. */
	choose?: (proof: Proof) => Proof;
	signal: AbortSignal;
	clock: Clock;
	log: Logger;
}

type Item = StreamItem<"scenario.verify">;

/**
 * Proves scenarios on real clusters: the baseline passes, the fault shows its symptom, each accepted fix is a repair, each
 * wrong one fails with the check and reason it names, and every mutant derived from them comes out as it must. Clusters are
 * reset in place between runs, and kept for the next variant of their topology; all are removed at the end however it comes.
 * @throws AppError where the platform fails outside a run, as when no cluster can be made
 */
export async function* verify(provider: LabProvider, catalogue: Catalogue, options: VerifyOptions): AsyncGenerator<Item, void, void> {
	const proofs = planned(catalogue, options).map(options.choose ?? ((proof) => proof));
	const leaving = new AbortController();
	const signal = AbortSignal.any([options.signal, leaving.signal]);
	const channel = createChannel<Item>();
	const runs: ProofRun[] = [];
	const workers = Array.from({ length: Math.max(1, options.jobs ?? 1) }, () =>
		proveInTurn(provider, proofs, { ...options, signal, emit: channel.put, runs }),
	);
	const allEnded = Promise.allSettled(workers);
	const work = Promise.all(workers);
	work.then(
		() => channel.end(),
		(error) => {
			// The others end and remove their clusters before the reader hears of it.
			leaving.abort(error);
			void allEnded.then(() => channel.end(options.signal.aborted ? options.signal.reason : error));
		},
	);
	try {
		yield* channel;
	} finally {
		leaving.abort(new Error("the reader of a proof has left"));
		await allEnded;
	}
	const passed = runs.filter(({ ok }) => ok).length;
	yield { report: { passed, failed: runs.length - passed, runs } };
}

function planned(catalogue: Catalogue, { slugs, seeds, only }: VerifyOptions): Proof[] {
	if (!only) return (slugs.length > 0 ? slugs : catalogue.slugs()).flatMap((slug) => planRuns(instancesOf(catalogue, slug, seeds)));
	const all = [...new Set(only.map(({ slug }) => slug))].flatMap((slug) => planRuns(instancesOf(catalogue, slug, undefined)));
	return all.filter(({ instance }) => only.some(({ slug, seed }) => slug === instance.slug && seed === instance.seed));
}

function instancesOf(catalogue: Catalogue, slug: string, seeds: readonly number[] | undefined): ScenarioInstance[] {
	const wanted = seeds && seeds.length > 0 ? seeds : catalogue.seeds(slug);
	return wanted.map((seed) => catalogue.instantiate(slug, seed));
}

interface WorkOptions extends VerifyOptions {
	emit(item: Item): void;
	runs: ProofRun[];
}

/** Proves what is left, one after the other, on one cluster at a time. */
async function proveInTurn(provider: LabProvider, left: Proof[], options: WorkOptions): Promise<void> {
	const { signal, clock, log, emit, runs } = options;
	let title = "";
	const context = { signal, onStep: (step: string) => emit({ step: `${title}: ${step}` }) };
	let topology: string | undefined;
	let lab: SharedLab | undefined;
	try {
		for (let proof = takeNext(left, topology); proof; proof = takeNext(left, topology)) {
			signal.throwIfAborted();
			const { slug, seed, cluster } = proof.instance;
			title = `${slug} (seed ${seed})`;
			if (topologyOf(proof) !== topology) await lab?.close();
			if (topologyOf(proof) !== topology || !lab) lab = createSharedLab({ provider, cluster, context, clock, log });
			topology = topologyOf(proof);
			await proveInstance(lab, proof, {
				...{ context, clock, log },
				onRun: (run) => {
					runs.push(run);
					emit({ run });
				},
			});
			emit({ done: { slug, seed } });
		}
	} finally {
		await lab?.close();
	}
}
