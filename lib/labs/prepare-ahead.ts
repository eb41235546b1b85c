import { isDeepStrictEqual } from "node:util";
import type { Clock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import type { Logger } from "../core/log.ts";
import type { ClusterSpec, Contents, LabProvider } from "../providers/provider.ts";
import type { Catalogue } from "../scenarios/catalogue.ts";
import type { ScenarioSteps } from "./bring-up.ts";
import { contentsOf } from "./contents.ts";
import { versionOf } from "./version.ts";

// A lab takes half a minute to be made, and is used for longer.
const retryMs = 30_000;

/** Distinct shapes of clusters, those most often asked for first. Add-ons come later and make no difference. */
export function shapesByUse(clusters: readonly ClusterSpec[]): ClusterSpec[] {
	const counted: { shape: ClusterSpec; uses: number }[] = [];
	for (const cluster of clusters) {
		const shape = { ...cluster, addons: [] };
		const known = counted.find((one) => isDeepStrictEqual(one.shape, shape));
		if (known) known.uses++;
		else counted.push({ shape, uses: 1 });
	}
	return counted.sort((a, b) => b.uses - a.uses).map((one) => one.shape);
}

/** A cluster to have ready to be cloned: of a shape, and with contents or without. */
export interface Ahead {
	cluster: ClusterSpec;
	contents?: Contents;
}

/** Every shape of the catalogue, then every variant that can start broken: the first of each scenario before the second of any. */
export function wantedAhead(catalogue: Catalogue, { steps, madeOf }: { steps: ScenarioSteps; madeOf: string }): Ahead[] {
	const instances = catalogue.list().flatMap(({ slug, seeds }) => {
		const version = versionOf(catalogue, slug, madeOf);
		return seeds.map((seed, turn) => ({ turn, version, scenario: catalogue.instantiate(slug, seed) }));
	});
	const first = instances.filter(({ turn }) => turn === 0).map(({ scenario }) => scenario.cluster);
	const variants = instances
		.toSorted((a, b) => a.turn - b.turn)
		.flatMap(({ scenario, version }): Ahead[] => {
			const contents = contentsOf(scenario, version, steps);
			return contents ? [{ cluster: scenario.cluster, contents }] : [];
		});
	return [...shapesByUse(first).map((cluster) => ({ cluster })), ...variants];
}

interface PrepareOptions {
	provider: Pick<LabProvider, "prepare">;
	wanted: readonly Ahead[];
	clock: Clock;
	log: Logger;
	signal: AbortSignal;
}

/** Lets the provider prepare one after the other, whenever no lab is being made or used. What can't be prepared is left as it is: labs start all the same. */
export async function prepareAhead({ provider, wanted, clock, log, signal }: PrepareOptions): Promise<void> {
	let trust = true;
	for (const { cluster, contents } of wanted) {
		// What hinders one hinders all, mostly: the host's processors are not kept busy for nothing.
		while (trust || !contents) {
			if (signal.aborted) return;
			try {
				await provider.prepare(cluster, signal, contents);
				break;
			} catch (error) {
				if (signal.aborted) return;
				if (!(error instanceof AppError && error.code === "labs-come-first")) {
					log.warn({ err: error, cluster, contents: contents?.key }, "such labs start without a prepared cluster");
					if (contents) trust = false;
					break;
				}
				await clock.sleep(retryMs, signal).catch(() => {});
			}
		}
	}
}
