import { isDeepStrictEqual } from "node:util";
import type { Clock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import type { Logger } from "../core/log.ts";
import type { ClusterSpec, LabProvider, Prepared } from "../providers/provider.ts";
import type { Catalogue } from "../scenarios/catalogue.ts";
import type { ScenarioSteps } from "./bring-up.ts";
import { contentsOf } from "./contents.ts";
import { versionOf } from "./version.ts";

// A lab takes half a minute to be made, and is used for longer.
const retryMs = 30_000;
/** As often as the pool looks. */
const lookMs = 5_000;
/** What labs have shown to be no good is made anew within so long; after a failure it takes twice as long each time. */
const againMs = 10 * 60_000;
const longestPauseMs = 6 * 60 * 60_000;
/** One slow moment of the host fails one; what fails again has another reason. */
const triesEach = 2;
/** What hinders several one after another hinders all: the host's processors are not kept busy for nothing. */
const failuresInARow = 2;

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

/** Every shape of the catalogue, then every variant that can start broken: the first of each scenario before the second of any. */
export function wantedAhead(catalogue: Catalogue, { steps, madeOf }: { steps: ScenarioSteps; madeOf: string }): Prepared[] {
	const instances = catalogue.list().flatMap(({ slug, seeds }) => {
		const version = versionOf(catalogue, slug, madeOf);
		return seeds.map((seed, turn) => ({ turn, version, scenario: catalogue.instantiate(slug, seed) }));
	});
	const first = instances.filter(({ turn }) => turn === 0).map(({ scenario }) => scenario.cluster);
	const variants = instances
		.toSorted((a, b) => a.turn - b.turn)
		.flatMap(({ scenario, version }): Prepared[] => {
			const contents = contentsOf(scenario, version, steps);
			return contents ? [{ cluster: scenario.cluster, contents }] : [];
		});
	return [...shapesByUse(first).map((cluster) => ({ cluster })), ...variants];
}

interface PrepareOptions {
	provider: Pick<LabProvider, "prepare" | "toPrepare">;
	wanted: readonly Prepared[];
	/** Whether there is memory for a cluster of this shape, besides what labs have, are granted or wait for. */
	hasRoom(cluster: ClusterSpec): Promise<boolean>;
	/** Called whenever all that was missing has been tried; not while memory is all that lacks. */
	onRound(): void;
	clock: Clock;
	log: Logger;
	signal: AbortSignal;
}

/**
 * Has the provider prepare what is missing, one after the other, while no lab is being made or used and there is memory for it;
 * again and again until the signal ends it, since what was prepared may be lost or distrusted. What can't be prepared is left as
 * it is: labs start all the same.
 */
export async function prepareAhead(options: PrepareOptions): Promise<void> {
	const { clock, log, signal, onRound } = options;
	const failures = new Map<Prepared, number>();
	for (let pauseMs = againMs; !signal.aborted; ) {
		const ended = await round(options, failures).catch((error) => log.warn({ err: error }, "what is prepared could not be looked at"));
		if (ended !== "short") {
			onRound();
			pauseMs = ended === "done" ? againMs : Math.min(2 * pauseMs, longestPauseMs);
		}
		await clock.sleep(ended === "short" ? retryMs : pauseMs, signal).catch(() => {});
	}
}

/** @returns `short` where nothing failed, but for some there was no memory: what fits comes first, the rest is tried again soon */
async function round(options: PrepareOptions, failures: Map<Prepared, number>): Promise<"done" | "failed" | "short"> {
	const { provider, wanted, log, signal } = options;
	let [hasFailed, inARow] = [false, 0];
	const short: ClusterSpec[] = [];
	for (const one of await provider.toPrepare(wanted)) {
		const { cluster, contents } = one;
		if ((failures.get(one) ?? 0) >= triesEach || (contents && inARow >= failuresInARow)) continue;
		if (short.some((shape) => isDeepStrictEqual(shape, cluster))) continue;
		try {
			if (await prepareOne(one, options)) inARow = 0;
			else short.push(cluster);
		} catch (error) {
			if (signal.aborted) return "failed";
			log.warn({ err: error, cluster, contents: contents?.key }, "such labs start without a prepared cluster");
			hasFailed = true;
			// Not its own fault, and nothing after it fits either.
			if (error instanceof AppError && error.code === "prepared-full") return "failed";
			failures.set(one, (failures.get(one) ?? 0) + 1);
			if (contents) inARow += 1;
		}
	}
	if (hasFailed) return "failed";
	return short.length > 0 ? "short" : "done";
}

/** Waits while labs are being made or used. @returns false where there is no memory for it */
async function prepareOne(one: Prepared, options: PrepareOptions): Promise<boolean> {
	const { hasRoom, clock, signal } = options;
	for (;;) {
		signal.throwIfAborted();
		if (!(await hasRoom(one.cluster))) return false;
		try {
			await prepareWhileThereIsRoom(one, options);
			return true;
		} catch (error) {
			if (!(error instanceof AppError && error.code === "labs-come-first")) throw error;
		}
		await clock.sleep(retryMs, signal);
	}
}

/** Ends it as soon as somebody needs the memory. @throws AppError `labs-come-first` */
async function prepareWhileThereIsRoom({ cluster, contents }: Prepared, { provider, hasRoom, clock, log, signal }: PrepareOptions) {
	const [short, ended] = [new AbortController(), new AbortController()];
	const watch = async () => {
		for (;;) {
			await clock.sleep(lookMs, ended.signal);
			if (!(await hasRoom(cluster))) short.abort(new AppError("labs-come-first", "Its memory is needed for labs.", { retryable: true }));
		}
	};
	const watching = watch().catch((error) => {
		if (!ended.signal.aborted) log.warn({ err: error }, "nobody sees whether a cluster that is prepared has its memory");
	});
	try {
		await provider.prepare(cluster, AbortSignal.any([signal, short.signal]), contents);
	} catch (error) {
		// The reason counts, not what was under way when it was ended.
		throw short.signal.aborted ? short.signal.reason : error;
	} finally {
		ended.abort();
		await watching;
	}
}
