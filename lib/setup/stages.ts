import type { Clock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";

/** One step of set-up. Every stage is idempotent: it makes what is missing and leaves nothing half-made when aborted. */
export interface Stage {
	name: string;
	/** Names of stages that must have ended before. */
	needs: readonly string[];
	/**
	 * @param tools.say tells the reader what goes on now
	 * @returns `unchanged` where there was nothing to do, so that its duration does not count as an estimate
	 */
	run: (tools: { signal: AbortSignal; say: (line: string) => void }) => Promise<"made" | "unchanged">;
}

export type StageEvent =
	| { type: "start"; stage: string }
	| { type: "say"; stage: string; line: string }
	| { type: "end"; stage: string; outcome: "made" | "unchanged" | "failed" | "stopped"; durationMs: number };

/**
 * The stages that can start now.
 * @param done names of those that have ended well
 * @param started names of those that have been started, ended or not
 */
export function readyStages(stages: readonly Stage[], done: ReadonlySet<string>, started: ReadonlySet<string>): Stage[] {
	return stages.filter((stage) => !started.has(stage.name) && stage.needs.every((need) => done.has(need)));
}

/**
 * All that is wrong with a set of stages: duplicates, unknown needs, cycles.
 * @returns one line a problem; empty where all can run
 */
export function stageProblems(stages: readonly Stage[]): string[] {
	const names = stages.map((stage) => stage.name);
	const problems = names.filter((name, at) => names.indexOf(name) !== at).map((name) => `${name} is there twice`);
	for (const stage of stages) {
		for (const need of stage.needs) if (!names.includes(need)) problems.push(`${stage.name} needs ${need}, which is no stage`);
	}
	if (problems.length > 0) return problems;
	const done = new Set<string>();
	for (let next = readyStages(stages, done, done); next.length > 0; next = readyStages(stages, done, done)) {
		for (const stage of next) done.add(stage.name);
	}
	const stuck = names.filter((name) => !done.has(name));
	return stuck.length === 0 ? [] : [`${stuck.join(", ")} wait for each other`];
}

/**
 * Runs stages side by side as far as their needs allow. When one fails the others are aborted and awaited, so that
 * nothing goes on behind an error.
 * @throws the first stage's error, or `setup-interrupted` where the signal ended it
 */
export async function runStages(
	stages: readonly Stage[],
	options: { signal: AbortSignal; clock: Clock; report: (event: StageEvent) => void },
): Promise<void> {
	const problems = stageProblems(stages);
	if (problems.length > 0) throw new AppError("bad-stages", problems.join("; "));
	const { clock, report } = options;
	const own = new AbortController();
	const signal = AbortSignal.any([options.signal, own.signal]);
	const done = new Set<string>();
	const started = new Set<string>();
	const running = new Map<string, Promise<void>>();
	let failure: { error: unknown } | null = null;

	async function run(stage: Stage): Promise<void> {
		const startedAt = clock.now();
		const end = (outcome: Extract<StageEvent, { type: "end" }>["outcome"]) =>
			report({ type: "end", stage: stage.name, outcome, durationMs: clock.now() - startedAt });
		report({ type: "start", stage: stage.name });
		try {
			end(await stage.run({ signal, say: (line) => report({ type: "say", stage: stage.name, line }) }));
			done.add(stage.name);
		} catch (error) {
			end(signal.aborted ? "stopped" : "failed");
			failure ??= { error };
			own.abort();
		} finally {
			running.delete(stage.name);
		}
	}

	while (true) {
		if (!failure && !signal.aborted) {
			for (const stage of readyStages(stages, done, started)) {
				started.add(stage.name);
				running.set(stage.name, run(stage));
			}
		}
		if (running.size === 0) break;
		await Promise.race(running.values());
	}
	if (options.signal.aborted) {
		throw new AppError("setup-interrupted", "Set-up was interrupted; what was finished stays.", {
			mend: "npm start goes on where it was.",
		});
	}
	if (failure) throw (failure as { error: unknown }).error;
}
