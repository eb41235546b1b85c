import { constants, setPriority } from "node:os";
import { dirname, join } from "node:path";
import { systemClock } from "../core/clock.ts";
import { readEnv } from "../core/env.ts";
import { createLogger } from "../core/log.ts";
import { endSignal, tellError } from "./edge.ts";
import { laterStages } from "./set-up.ts";
import { runStages } from "./stages.ts";
import { addTiming } from "./timings.ts";

/** Runs the later stages: started by `npm start` once it serves. */
async function main(): Promise<void> {
	setPriority(constants.priority.PRIORITY_LOW);
	const env = readEnv();
	const log = createLogger("set-up", env.logLevel);
	const signal = endSignal();
	const root = dirname(dirname(import.meta.dirname));
	await runStages(laterStages({ env, root, signal }), {
		signal,
		clock: systemClock,
		report: (event) => {
			log.info(event);
			if (event.type === "end" && event.outcome === "made")
				void addTiming(join(env.cacheDir, "timings.json"), event.stage, event.durationMs);
		},
	});
}

await main().catch(tellError);
