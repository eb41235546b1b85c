import type { Clock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import type { GradeReport, GuardResult, ObjectiveResult, TouchedObject } from "../protocol/report.ts";
import type { LabEnvironment } from "../providers/provider.ts";
import type { ScenarioInstance } from "../scenarios/instance.ts";
import { askUntil } from "./ask.ts";
import { type ClusterHands, clusterHands } from "./cluster-hands.ts";
import type { ClusterView } from "./cluster-view.ts";
import { createDisturber, type Watching } from "./disturb.ts";
import { evaluateObjectives, isSampled } from "./evaluate.ts";
import { judgeByActing } from "./guards/acting-guards.ts";
import { judgeGuards } from "./guards/guards.ts";
import { readView } from "./kube-reader.ts";
import { changedMeanwhile } from "./meanwhile.ts";
import { missingFor } from "./missing.ts";
import { type Pending, pendingEffects, takesEffectUntil } from "./recent-change.ts";
import { progressWords } from "./sampling/progress-words.ts";
import { chanceOfRound, roundsOfCheck } from "./sampling/spending.ts";
import { isRollable, keyOf, type Served } from "./served.ts";
import { servingOf } from "./serving.ts";
import { touchedObjects } from "./touched/touched.ts";
import { summarise } from "./verdict.ts";
import { watchCluster } from "./watching.ts";

/** Endpoints and rules lag a pod's readiness: a second, on a host with many times its load 8 s and more. A repair that needs longer is none. */
const holdMs = 20_000;
/** After the learner's changes are taken again, so long at least and at most until the last look. */
const lastLookMs = [200, 1200] as const;
/** Ending the hold must not hang on a cluster that is gone. */
const releaseMs = 15_000;

/** How thoroughly the objectives are asked. */
export interface Look {
	/** Whether denies are watched over their hold window: in full once, in the look that the verdict rests on. */
	holds: boolean;
	/** Whether the view can be renewed while samples are drawn. */
	renewable: boolean;
}

/** How a decisive check reaches the lab; tests play it. */
export interface Reach {
	/** The whole cluster, read afresh. @throws AppError `cluster-unreadable` */
	read(): Promise<ClusterView>;
	watch(signal: AbortSignal): Promise<Watching>;
	hands: ClusterHands;
	evaluate(scenario: ScenarioInstance, view: ClusterView, look: Look): Promise<ObjectiveResult[]>;
	/** Judges the guards that add something to the cluster for a moment; see `judgeByActing`. */
	act(guards: readonly GuardResult[], seen: { objectives: readonly ObjectiveResult[]; view: ClusterView }): Promise<GuardResult[]>;
	hold(): Promise<void>;
	release(): Promise<void>;
}

export interface DecisiveOptions {
	environment: LabEnvironment;
	scenario: ScenarioInstance;
	/** The cluster as the fault left it. */
	before: ClusterView | undefined;
	/** The cluster as it was last seen: for a check that can't read it. */
	last: ClusterView | undefined;
	/** Told the cluster as the check has read it. */
	onView?(view: ClusterView): void;
	/** How many decisive checks the attempt has had, this one included. */
	check: number;
	clock: Clock;
	signal: AbortSignal;
	onStep(step: string): void;
}

/** {@link decide} on a real lab. */
export function gradeDecisively(options: DecisiveOptions): Promise<GradeReport> {
	const { environment, clock, signal, onStep } = options;
	const { admin } = environment;
	const read = () => readView(admin, signal);
	return decide({
		...options,
		random: Math.random,
		reach: {
			read,
			watch: (ended) => watchCluster({ admin, clock, signal: ended }),
			hands: clusterHands({ admin, clock, signal }),
			evaluate: (scenario, view, { holds, renewable }) =>
				evaluateObjectives({
					...{ environment, scenario, view, before: options.before, clock, signal },
					// Sampled objectives are asked once a round: a chance of its own for each asking.
					manner: { chance: chanceOfRound({ check: options.check, rounds: roundsOfCheck }), holds },
					onProgress: (result) => onStep(progressWords(result)),
					...(renewable ? { read } : {}),
				}),
			act: (guards, seen) => judgeByActing(guards, { ...options, ...seen }),
			hold: () => environment.hold(signal),
			release: () => environment.release(AbortSignal.timeout(releaseMs)),
		},
	});
}

/**
 * The decisive check: probe, then delete a pod of each workload that serves and probe again, then roll each out and
 * probe again, while the cluster takes no change from the learner; then take changes again and look once more.
 * What fails at once is not disturbed further: the answer comes sooner and the lab stays as the learner left it.
 * @throws AppError where the platform fails; a lab that the learner has broken is a report, not an error. Where only the
 *   API server does not answer, the report has the verdict `error`, what traffic says all the same, and the trouble.
 */
export async function decide(options: Omit<DecisiveOptions, "environment"> & { reach: Reach; random(): number }): Promise<GradeReport> {
	const { scenario, reach, clock, signal, random } = options;
	const onStep = onceInARow(options.onStep);
	const startedAt = clock.now();
	const watchEnd = new AbortController();
	let view = options.last;
	let objectives: ObjectiveResult[] = [];
	let guards: GuardResult[] = [];
	let touched: TouchedObject[] = [];
	let held = false;
	try {
		const start = await reach.read();
		view = start;
		options.onView?.(start);
		onStep("Holding your changes while the check runs");
		held = true;
		const [watching] = await Promise.all([reach.watch(AbortSignal.any([signal, watchEnd.signal])), reach.hold()]);
		const current = () => {
			view = watching.current();
			return view;
		};
		const disturber = createDisturber({ hands: reach.hands, watching, clock });
		const ask = (until: (pending: readonly Pending[]) => number, since: number, { of = scenario, holds = false } = {}) =>
			askUntil({
				...{ scenario: of, watching, clock, until },
				evaluate: (some, seen) => reach.evaluate(some, seen, { holds, renewable: true }),
				pending: () => pendingEffects({ view: current(), served: servingOf(scenario, current()).all, since, now: clock.now() }),
				onWait: (what) => onStep(`Waiting for ${what}`),
			});
		const askAgain = (look?: { of: ScenarioInstance; holds: boolean }) => {
			const askedAt = clock.now();
			return ask(() => askedAt + holdMs, askedAt, look);
		};

		onStep("Asking every objective");
		objectives = await ask((pending) => takesEffectUntil(pending, startedAt), startedAt);
		// Before any disturbance: what it makes is nobody's repair.
		view = await reach.read();
		guards = await reach.act(judgeGuards({ scenario, view, before: options.before }), { objectives, view });
		touched = touchedObjects(options.before, view);

		const rounds = [
			{ when: "After one pod of each workload was deleted", doing: "Deleting one pod of", act: disturber.deletePods },
			{ when: "After each workload was rolled out once", doing: "Rolling out", act: disturber.rollOut },
		];
		for (const { when, doing, act } of rounds) {
			if (objectives.some(({ verdict }) => verdict !== "pass")) break;
			const serving = servingOf(scenario, current());
			const names = namesOf(act === disturber.rollOut ? serving.all.filter(isRollable) : serving.all);
			onStep(`${doing} ${names}`);
			await act(serving.all);
			const stuck = await disturber.settled(serving.all, (counts) => onStep(`${doing} ${names}: ${counts}`));
			// What is not whole by a view that may have lost its cluster accuses nobody.
			if (stuck.size > 0) await reach.read();
			onStep("Asking every objective again");
			objectives = (await askAgain()).map((result) => afterwards(result, when, stuckOf(serving.byObjective.get(result.id) ?? [], stuck)));
		}

		onStep("Taking your changes again, and looking once more");
		await reach.release();
		held = false;
		if (objectives.every(({ verdict }) => verdict === "pass")) {
			await clock.sleep(lastLookMs[0] + random() * (lastLookMs[1] - lastLookMs[0]), signal);
			// Samples have said what they can: to draw them again would spend more of the attempt's risk.
			const plain = scenario.objectives.filter(({ check }) => !isSampled(check));
			const last = new Map((await askAgain({ of: { ...scenario, objectives: plain }, holds: true })).map((result) => [result.id, result]));
			objectives = objectives.map((result) => afterwards(last.get(result.id) ?? result, "When the check was over", undefined));
		}
		const end = await reach.read();
		view = end;
		options.onView?.(end);
		objectives = explained(scenario, end, unlessChanged(objectives, changedMeanwhile(start, end, disturber.deleted)));
	} catch (error) {
		signal.throwIfAborted();
		if (!(error instanceof AppError) || error.code !== "cluster-unreadable") throw error;
		onStep("Asking every objective, without the cluster's API");
		const known = view ?? options.before;
		objectives = known ? await reach.evaluate(scenario, known, { holds: true, renewable: false }) : [];
		return finish(
			`${error.message.replace(/\.?$/, ".")} What traffic says is told all the same, by what was last known of the cluster; nothing was disturbed further.`,
		);
	} finally {
		watchEnd.abort();
		if (held) await reach.release().catch(() => {});
	}
	return finish();

	function finish(trouble?: string): GradeReport {
		const summary = summarise(objectives, guards);
		const verdict = trouble ? ({ verdict: "error", repair: "none", points: 0 } as const) : {};
		const said = trouble ? { trouble } : {};
		return { ...summary, ...verdict, ...said, objectives, guards, touched, at: clock.now(), durationMs: clock.now() - startedAt };
	}
}

/**
 * Says of a failure when it came: the fix held until then. A workload that does not come back fails what still passes by
 * its old pods: such a fix does not last.
 */
export function afterwards(result: ObjectiveResult, when: string, stuck: string | undefined): ObjectiveResult {
	if (result.verdict === "pass") return stuck ? { ...result, verdict: "fail", points: 0, message: `${when}: ${stuck}` } : result;
	return { ...result, message: `${when}${stuck ? ` (${stuck})` : ""}: ${result.message}` };
}

/** What was repaired only while the check ran is not repaired; what was broken then must not be held against the repair. */
export function unlessChanged(objectives: readonly ObjectiveResult[], changes: readonly string[]): ObjectiveResult[] {
	if (changes.length === 0) return [...objectives];
	const said = `Changed while the check ran: ${changes.join(", ")}.`;
	return objectives.map((result) => {
		if (result.verdict === "error") return result;
		if (result.verdict === "pass")
			return { ...result, verdict: "fail", points: 0, message: `${said} Check again, and leave the lab alone meanwhile.` };
		return { ...result, message: `${result.message} ${said}` };
	});
}

/** Failures with what is plainly gone or down beside what traffic saw. */
function explained(scenario: ScenarioInstance, view: ClusterView, objectives: readonly ObjectiveResult[]): ObjectiveResult[] {
	const { byObjective } = servingOf(scenario, view);
	return objectives.map((result) => {
		if (result.verdict !== "fail") return result;
		const missing = missingFor(scenario, view, byObjective.get(result.id) ?? []).filter((said) => !result.message.includes(said));
		return missing.length > 0 ? { ...result, message: `${result.message} Found: ${missing.join("; ")}.` } : result;
	});
}

function stuckOf(served: readonly Served[], stuck: ReadonlyMap<string, string>): string | undefined {
	const problems = served.flatMap((one) => stuck.get(keyOf(one)) ?? []);
	return problems.length > 0 ? problems.join("; ") : undefined;
}

/** Passes on what is not what was said just before: a look that finds nothing new is no step. */
function onceInARow(tell: (step: string) => void): (step: string) => void {
	let last: string | undefined;
	return (step) => {
		if (step !== last) tell(step);
		last = step;
	};
}

function namesOf(served: readonly Served[]): string {
	return served
		.map(({ name }) => name)
		.sort()
		.join(", ");
}
