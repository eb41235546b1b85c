import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/log.ts";
import type { ObjectiveResult } from "../protocol/report.ts";
import type { LabEnvironment } from "../providers/provider.ts";
import type { ScenarioInstance } from "../scenarios/instance.ts";
import type { ClusterView } from "./cluster-view.ts";
import { isSampled } from "./evaluate.ts";
import { watchView } from "./kube-watcher.ts";
import { followObjective } from "./live-objective.ts";
import { followView, type LiveView } from "./live-view.ts";

/** Results that come together are told together. */
const tellMs = 60;
const stripLength = 40;
/** Strips of samples grow silently; this often they are told without a change of verdict. */
const tellStripsMs = 5000;

/**
 * Follows the objectives until the signal, without touching the lab; each at its own pace, so that none waits for another.
 * @param options.before the cluster as the fault left it; also what is known of it until its API server answers
 * @param options.onChange called with all objectives, once each has a result, when a verdict or message changes, and now
 *   and then for the strips
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
	const { environment, before, clock, log, signal } = options;
	const watching = new AbortController();
	const view = followView({
		watch: (watch) => watchView({ admin: environment.admin, clock, ...watch }),
		...{ last: before, clock, log, signal: AbortSignal.any([signal, watching.signal]) },
	});
	try {
		await followObjectives({ ...options, view });
	} finally {
		watching.abort();
	}
}

/** The same on a view that is followed already. */
export async function followObjectives(options: {
	environment: Pick<LabEnvironment, "probe">;
	scenario: ScenarioInstance;
	before: ClusterView | undefined;
	view: LiveView;
	clock: Clock;
	log: Logger;
	signal: AbortSignal;
	onChange(results: ObjectiveResult[]): void;
}): Promise<void> {
	const { scenario, clock, signal, onChange } = options;
	const newest = new Map<string, ObjectiveResult>();
	const strips = new Map<string, boolean[]>();
	const since = new Map<string, { verdict: string; at: number }>();
	let told = { key: "", at: 0 };
	let telling = false;

	await Promise.all(
		scenario.objectives.map((objective) =>
			followObjective(objective, {
				...options,
				tell(seen) {
					const result = objective.discreet ? withoutWhatWasSeen(seen) : seen;
					// A sequential test keeps its own strip: samples of one system.
					const shown = isSampled(objective.check) ? result : withStrip(result, strips);
					newest.set(objective.id, { ...shown, since: sinceWhen(result, since, clock.now()) });
					if (telling) return;
					telling = true;
					void clock.sleep(tellMs, signal).then(tellAll, () => {});
				},
			}),
		),
	);

	function tellAll(): void {
		telling = false;
		const results = scenario.objectives.flatMap(({ id }) => newest.get(id) ?? []);
		if (results.length < scenario.objectives.length) return;
		// Which pod happened to answer changes with every round and is no news.
		const key = JSON.stringify(
			results.map(({ id, verdict, message, waitsFor }) => [id, verdict, verdict === "pass" ? "" : message, waitsFor]),
		);
		if (key === told.key && clock.now() - told.at <= tellStripsMs) return;
		told = { key, at: clock.now() };
		onChange(results);
	}
}

/** A failing objective that keeps to itself what it saw. */
function withoutWhatWasSeen(result: ObjectiveResult): ObjectiveResult {
	if (result.verdict === "pass") return result;
	const evidence = result.evidence.map((entry) => ({ ...entry, observed: "something else; Check says what" }));
	return { ...result, message: "Not yet. Check says what was seen.", evidence };
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
