import type { Clock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import { type IngressAddon, readHostManifest } from "../core/host.ts";
import { stillRuns } from "./instance-files.ts";
import { ingressStage } from "./later-names.ts";
import { type LaterRecord, type LaterStage, readLater } from "./later-record.ts";
import { inWords } from "./timings.ts";

const pollMs = 1000;
/** A process that was just started reads its settings and looks at the cache before it says anything. */
const startWithinMs = 30_000;

export interface WaitOptions {
	dataDir: string;
	/** Starts the later stages where they do not run. */
	start(): Promise<void>;
	clock: Clock;
	signal: AbortSignal;
	/** Told how far it is, whenever that changes. */
	onStep(step: string): void;
}

/**
 * What clusters with an ingress or a gateway need, as soon as set-up has made it. Waits for a build that runs, and starts
 * one where none does, so that a lab is late rather than impossible.
 * @throws AppError `addon-not-made` where the build fails or ends without it
 */
export async function waitForIngress(options: WaitOptions): Promise<IngressAddon> {
	const { dataDir, clock, signal, onStep } = options;
	let startedAt: number | undefined;
	let ended: LaterRecord | null = null;
	let told = "";
	for (;;) {
		const { addons } = await readHostManifest(dataDir);
		if (addons.ingress) return addons.ingress;
		const found = await readLater(dataDir);
		const runs = found !== null && (await stillRuns(found));
		if (!runs && startedAt === undefined) {
			ended = found;
			await options.start();
			startedAt = clock.now();
		}
		// What a process that had ended before has left, its failure too, says nothing of this try.
		const record = found?.startTime === ended?.startTime && found?.pid === ended?.pid ? null : found;
		const stage = record?.stages[ingressStage];
		if (stage?.state === "failed") throw notMade(stage.line);
		if (!runs && clock.now() - (startedAt ?? 0) > startWithinMs) throw notMade("its build ended without it");
		const step = progressInWords(stage, clock.now());
		if (step !== told) onStep(step);
		told = step;
		await clock.sleep(pollMs, signal);
	}
}

/** How far the build is, to the minute: a line a minute is enough. */
export function progressInWords(stage: LaterStage | undefined, now: number): string {
	const name = "Waiting for the ingress add-on, which this host makes once";
	if (stage?.state !== "running") return name;
	const minutes = Math.floor((now - stage.since) / 60_000);
	const usual = stage.usualMs === null ? "" : `, usually ${inWords(stage.usualMs)}`;
	return `${name}: ${stage.line || "looking for what is there"} (${minutes < 1 ? "just begun" : `${minutes} min`}${usual})`;
}

function notMade(why: string): AppError {
	return new AppError("addon-not-made", `This lab needs the ingress add-on, and it could not be made: ${why}`, {
		retryable: true,
		mend: `node lib/setup/later.ts "${ingressStage}"`,
	});
}
