import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/log.ts";
import type { ObjectiveResult } from "../protocol/report.ts";
import type { LabEnvironment } from "../providers/provider.ts";
import type { ScenarioInstance } from "../scenarios/instance.ts";
import type { ClusterView } from "./cluster-view.ts";
import { evaluateObjectives } from "./evaluate.ts";
import { watchView } from "./kube-watcher.ts";
import { freeChance } from "./sampling/spending.ts";

/** Between two rounds of light probing; with a watch in front, a fix shows well within 2 s. */
const pauseMs = 700;
/** A burst of watch events, gathered. */
const gatherMs = 80;
/** Samples of a check in one round. */
const lightly = 2;
/** A probe that waits longer would keep a fix from showing; the decisive check has the scenario's own patience. */
const patienceMs = 1200;
/** A round that a change has made stale is begun anew, but not for ever. */
const mostRestarts = 3;
const stripLength = 40;
/** Strips of samples grow silently; this often they are told without a change of verdict. */
const tellStripsMs = 5000;
const afterErrorMs = 3000;

/**
 * Follows the objectives until the signal, without touching the lab.
 * @param onChange called with all objectives when a verdict or message changes, and now and then for the strips
 */
export async function followLive(options: {
	environment: LabEnvironment;
	scenario: ScenarioInstance;
	before: ClusterView | undefined;
	clock: Clock;
	log: Logger;
	signal: AbortSignal;
	onChange(results: ObjectiveResult[]): void;
}): Promise<void> {
	const { environment, scenario, before, clock, log, signal, onChange } = options;
	const strips = new Map<string, boolean[]>();
	const since = new Map<string, { verdict: string; at: number }>();
	let told = { key: "", at: 0 };
	while (!signal.aborted) {
		const watching = new AbortController();
		const ended = AbortSignal.any([signal, watching.signal]);
		try {
			let wake = () => {};
			let restarts = 0;
			const view = await watchView({
				admin: environment.admin,
				clock,
				signal: ended,
				onChange: () => wake(),
			});
			while (!signal.aborted) {
				const stale = new AbortController();
				const changed = new Promise<void>((resolve) => {
					wake = () => {
						stale.abort();
						resolve();
					};
				});
				const asking = evaluateObjectives({
					environment,
					scenario,
					view: view.current(),
					before,
					clock,
					manner: { holds: false, maxSamples: lightly, mostPatienceMs: patienceMs, chance: freeChance },
					signal,
				});
				const asked = restarts < mostRestarts ? await unlessStale(asking, stale.signal) : await asking;
				signal.throwIfAborted();
				restarts = asked ? 0 : restarts + 1;
				if (!asked) {
					await clock.sleep(gatherMs, signal);
					continue;
				}
				const results = asked;
				const shown = results.map((result) => ({ ...withStrip(result, strips), since: sinceWhen(result, since, clock.now()) }));
				// Which pod happened to answer changes with every round and is no news.
				const key = JSON.stringify(shown.map(({ id, verdict, message }) => [id, verdict, verdict === "pass" ? "" : message]));
				if (key !== told.key || clock.now() - told.at > tellStripsMs) {
					told = { key, at: clock.now() };
					onChange(shown);
				}
				await clock.sleep(gatherMs, signal);
				await Promise.race([changed, clock.sleep(pauseMs - gatherMs, signal)]);
			}
		} catch (error) {
			if (signal.aborted) return;
			// The cluster may be starting, frozen or on its way out: live verdicts wait, they accuse nobody.
			log.warn({ err: error }, "live checks could not be made; trying again");
			await clock.sleep(afterErrorMs, signal).catch(() => {});
		} finally {
			watching.abort();
		}
	}
}

/** The results, or undefined as soon as a change has made them stale: its probes end by themselves. */
async function unlessStale(asking: Promise<ObjectiveResult[]>, stale: AbortSignal): Promise<ObjectiveResult[] | undefined> {
	const overtaken = new Promise<undefined>((resolve) => stale.addEventListener("abort", () => resolve(undefined), { once: true }));
	const first = await Promise.race([asking, overtaken]);
	if (first === undefined) asking.catch(() => {});
	return first;
}

/** When the verdict became what it is. */
function sinceWhen(result: ObjectiveResult, known: Map<string, { verdict: string; at: number }>, now: number): number {
	const before = known.get(result.id);
	if (before?.verdict === result.verdict) return before.at;
	known.set(result.id, { verdict: result.verdict, at: now });
	return now;
}

/** The samples of earlier rounds before those of this one. */
function withStrip(result: ObjectiveResult, strips: Map<string, boolean[]>): ObjectiveResult {
	const evidence = result.evidence.map((entry, index) => {
		const key = `${result.id}/${index}`;
		const strip = [...(strips.get(key) ?? []), ...(entry.strip.length > 0 ? entry.strip : [false])].slice(-stripLength);
		strips.set(key, strip);
		return { ...entry, strip };
	});
	return { ...result, evidence };
}
