import { join } from "node:path";
import { systemClock } from "../core/clock.ts";
import type { Env } from "../core/env.ts";
import { createProgress } from "./progress.ts";
import { runStages, type Stage } from "./stages.ts";
import { addTiming, firstRun, readTimings } from "./timings.ts";

/**
 * Runs stages with progress on standard output, and remembers how long those took that had something to do.
 * @throws as runStages
 */
export async function runWithProgress(stages: readonly Stage[], options: { env: Env; signal: AbortSignal }): Promise<void> {
	const file = join(options.env.cacheDir, "timings.json");
	const progress = createProgress({ target: process.stdout, clock: systemClock, timings: { ...firstRun, ...(await readTimings(file)) } });
	const timer = setInterval(() => progress.tick(), 1000);
	const ended: { stage: string; durationMs: number }[] = [];
	try {
		await runStages(stages, {
			signal: options.signal,
			clock: systemClock,
			report: (event) => {
				progress.report(event);
				if (event.type === "end" && event.outcome === "made") ended.push(event);
			},
		});
	} finally {
		clearInterval(timer);
		progress.clear();
		for (const { stage, durationMs } of ended) await addTiming(file, stage, durationMs);
	}
}
