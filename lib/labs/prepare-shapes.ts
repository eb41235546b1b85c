import { isDeepStrictEqual } from "node:util";
import type { Clock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import type { Logger } from "../core/log.ts";
import type { ClusterSpec, LabProvider } from "../providers/provider.ts";

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

interface PrepareOptions {
	provider: Pick<LabProvider, "prepare">;
	shapes: readonly ClusterSpec[];
	clock: Clock;
	log: Logger;
	signal: AbortSignal;
}

/** Lets the provider prepare shape after shape, whenever no lab is being made or used. What can't be prepared is left as it is: labs start all the same. */
export async function prepareShapes({ provider, shapes, clock, log, signal }: PrepareOptions): Promise<void> {
	for (const shape of shapes) {
		for (;;) {
			if (signal.aborted) return;
			try {
				await provider.prepare(shape, signal);
				break;
			} catch (error) {
				if (signal.aborted) return;
				if (!(error instanceof AppError && error.code === "labs-come-first")) {
					log.warn({ err: error, shape }, "labs of this shape start without a prepared cluster");
					break;
				}
				await clock.sleep(retryMs, signal).catch(() => {});
			}
		}
	}
}
