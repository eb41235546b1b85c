import { constants, setPriority } from "node:os";
import { dirname, join } from "node:path";
import { systemClock } from "../core/clock.ts";
import { readEnv } from "../core/env.ts";
import { AppError, toErrorBody } from "../core/errors.ts";
import { endSignal, tellError } from "./edge.ts";
import { startTimeOf } from "./instance-files.ts";
import { afterEvent, type LaterRecord, stagesAhead, writeLater } from "./later-record.ts";
import { laterStages } from "./later-stages.ts";
import { createProgress } from "./progress.ts";
import { runStages, type StageEvent } from "./stages.ts";
import { addTiming, firstRun, readTimings } from "./timings.ts";

/**
 * Runs the later stages, one after the other and each whatever became of the one before: started by `npm start` once it
 * serves, and by the engine where a lab needs one and none runs. Says in `later.json` how far it is.
 * @param names those to run; all where empty
 */
async function main(names: readonly string[]): Promise<void> {
	setPriority(constants.priority.PRIORITY_LOW);
	const env = readEnv();
	const signal = endSignal();
	const all = laterStages({ env, root: dirname(dirname(import.meta.dirname)), signal });
	const unknown = names.find((name) => !all.some((stage) => stage.name === name));
	if (unknown) {
		const known = all.map((stage) => `"${stage.name}"`).join(", ");
		throw new AppError("wrong-call", `There is no later stage "${unknown}".`, { kind: "invalid", mend: `Name some of ${known}, or none.` });
	}
	const stages = names.length > 0 ? all.filter(({ name }) => names.includes(name)) : all;
	const file = join(env.cacheDir, "timings.json");
	const timings = { ...firstRun, ...(await readTimings(file)) };
	const progress = createProgress({ target: process.stdout, clock: systemClock, timings });
	const record: LaterRecord = {
		pid: process.pid,
		startTime: (await startTimeOf(process.pid)) ?? "",
		stages: stagesAhead(
			stages.map(({ name }) => name),
			timings,
			systemClock.now(),
		),
	};
	// One write after the other, and the last one is the last state.
	let writing = writeLater(env.dataDir, record);
	const note = (event: StageEvent) => {
		progress.report(event);
		record.stages = afterEvent(record.stages, event, systemClock.now());
		writing = writing.then(() => writeLater(env.dataDir, record));
		if (event.type === "end" && event.outcome === "made") writing = writing.then(() => addTiming(file, event.stage, event.durationMs));
	};
	const timer = setInterval(() => progress.tick(), 1000);
	try {
		for (const stage of stages) {
			signal.throwIfAborted();
			await runStages([stage], { signal, clock: systemClock, report: note }).catch((error) => {
				note({ type: "say", stage: stage.name, line: toErrorBody(error).message });
				tellError(error);
			});
		}
	} finally {
		clearInterval(timer);
		progress.clear();
		await writing;
	}
}

await main(process.argv.slice(2)).catch(tellError);
