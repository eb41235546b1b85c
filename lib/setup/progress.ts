import type { Clock } from "../core/clock.ts";
import type { StageEvent } from "./stages.ts";
import { inWords, type Timings, usualMs } from "./timings.ts";

/** Where progress is written: a terminal is redrawn, anything else gets whole lines. */
export interface ProgressTarget {
	isTTY?: boolean;
	columns?: number;
	write(text: string): unknown;
}

/** How often something that goes on is told again where lines can't be redrawn. */
const remindMs = 30_000;
/** An estimate is said once a stage has taken longer than a look whether there is something to do. */
const quietMs = 2_000;

export interface Progress {
	report(event: StageEvent): void;
	/** Redraws or reminds; called once a second. */
	tick(): void;
	/** Removes the lines that are redrawn. */
	clear(): void;
}

interface Running {
	startedAt: number;
	line: string;
	remindedAt: number;
}

/** Shows stages with elapsed time and, where earlier runs tell it, how long they usually take. */
export function createProgress(options: { target: ProgressTarget; clock: Clock; timings: Timings }): Progress {
	const { target, clock, timings } = options;
	const running = new Map<string, Running>();
	let drawn = 0;

	function describe(stage: string, one: Running): string {
		const elapsedMs = clock.now() - one.startedAt;
		const usual = usualMs(timings, stage);
		const estimate = usual !== null && elapsedMs > quietMs ? `, usually ${inWords(usual)}` : "";
		return `${stage}: ${one.line ? `${one.line} ` : ""}(${inWords(elapsedMs)}${estimate})`;
	}

	function clear(): void {
		if (drawn > 0) target.write(`\u001b[${drawn}A\u001b[J`);
		drawn = 0;
	}

	function draw(): void {
		if (!target.isTTY) return;
		clear();
		const width = Math.max(20, (target.columns ?? 80) - 1);
		for (const [stage, one] of running) target.write(`  … ${describe(stage, one)}`.slice(0, width).concat("\n"));
		drawn = running.size;
	}

	function line(text: string): void {
		clear();
		target.write(`${text}\n`);
	}

	return {
		report(event) {
			const now = clock.now();
			if (event.type === "start") {
				running.set(event.stage, { startedAt: now, line: "", remindedAt: now });
			} else if (event.type === "say") {
				const one = running.get(event.stage);
				if (one) Object.assign(one, { line: event.line, remindedAt: now });
				if (!target.isTTY) line(`  … ${event.stage}: ${event.line}`);
			} else {
				running.delete(event.stage);
				const mark = { made: "✓", unchanged: "✓", failed: "✗", stopped: "–" }[event.outcome];
				const word = { made: "", unchanged: ", nothing to do", failed: ", failed", stopped: ", stopped" }[event.outcome];
				line(`  ${mark} ${event.stage} (${inWords(event.durationMs)}${word})`);
			}
			draw();
		},
		tick() {
			if (target.isTTY) return draw();
			for (const [stage, one] of running) {
				if (clock.now() - one.remindedAt < remindMs) continue;
				one.remindedAt = clock.now();
				line(`  … ${describe(stage, one)}`);
			}
		},
		clear,
	};
}
