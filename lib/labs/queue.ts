import type PQueue from "p-queue";
import { AppError } from "../core/errors.ts";
import type { QueuePlace } from "../protocol/lab.ts";
import type { HostMemory, LabProvider } from "../providers/provider.ts";
import { failureOf } from "./bring-up.ts";
import { grantsOf, isWaiting } from "./host-use.ts";
import { isOver } from "./lab-state.ts";
import type { LabRecord } from "./lab-store.ts";
import type { Lifecycle, LifecycleDeps } from "./lifecycle.ts";
import { draftLab, keepLab } from "./new-lab.ts";
import type { QueueAnswer } from "./plan/queue-types.ts";
import { type LabAsked, turnOf } from "./plan/turn-of.ts";
import { neededBytesOf, planTurns, type QueueLimits, type TurnPlan } from "./plan-turns.ts";
import type { Pool } from "./pool.ts";
import { placesOf } from "./queue-places.ts";

export interface QueueDeps extends Omit<LifecycleDeps, "runtime"> {
	lifecycle: Lifecycle;
	pool: Pool;
	/** Whatever grants memory, one after another: two must not both be given the last room. */
	grants: PQueue;
	limits: QueueLimits;
}

export interface Asked {
	scenario: string;
	/** None means any: then one that is ready when its turn comes, where there is one. */
	seed?: number | undefined;
	person: string;
}

/** Who gets a lab now, and who waits for room. What waits is a lab in the store like any other, and nothing on the host. */
export interface Queue {
	/**
	 * A lab for somebody: from the pool, on its way, or waiting for its turn.
	 * @throws AppError `own-limit` where the person has as many as may be; `lab-too-big` where this host can never hold it
	 */
	ask(wanted: Asked): Promise<LabRecord>;
	/** @throws AppError `own-limit` where the person has as many labs as may be */
	mayHaveOneMore(person: string): Promise<void>;
	/** Plans once: gives turns to those for whom there is room, and has the pool make room for the others. */
	tend(): Promise<void>;
	/** Tends the queue until the signal ends it. */
	keep(signal: AbortSignal): Promise<void>;
	/** There may be room: tends it soon, where it is being kept. */
	wake(): void;
	/** Where a waiting lab stands; null where it does not wait, or no plan has been made yet. */
	placeOf(labId: string): QueuePlace | null;
}

/** Other instances and other programs say nothing when they leave room. */
const everyMs = 5_000;
/** Told anew only when it has moved by more: nobody reads it to the second. */
const tellsMs = 5_000;
/** A start takes about one and a half processors while it lasts: docs/fast-starts.md. */
export const startsAtOnce = (cpus: number): number => Math.max(2, cpus);

const waitingStep = "Waiting for its turn";

export function createQueue(deps: QueueDeps): Queue {
	const { store, catalogue, clock, log, lifecycle, pool, grants, limits } = deps;
	let places = new Map<string, QueuePlace>();
	let wake = () => {};

	function plan(records: readonly LabRecord[], memory: HostMemory, provider: LabProvider): TurnPlan {
		const isSpare = (record: LabRecord) => pool.mayBeGiven(record, provider);
		const neededBytes = (record: LabRecord) => neededBytesOf(record, catalogue, provider);
		return planTurns(records, { now: clock.now(), memory, neededBytes, isSpare, limits });
	}

	/**
	 * Gives the turns for which there is room, after other instances were told of them.
	 * @returns whether anybody goes on waiting
	 */
	async function act(records: readonly LabRecord[], memory: HostMemory, provider: LabProvider): Promise<boolean> {
		let planned = plan(records, memory, provider);
		const turns = new Set(planned.answers.filter(hasTurn).map(({ id }) => id));
		if (turns.size > 0) {
			const after = records.map((record) => (turns.has(record.id) ? { ...record, admittedAt: clock.now() } : record));
			await tell(after, provider);
			planned = plan(records, await provider.memory(), provider);
		}
		const { answers, requests, spares } = planned;
		const admitted = new Set<string>();
		for (const answer of answers) {
			const { id } = answer;
			if (answer.decision === "impossible") {
				const tooBig = new AppError("lab-too-big", answer.reason, { mend: mendTooBig });
				await lifecycle.move(id, "fail", { failure: failureOf(tooBig, waitingStep) }).catch((error) => log.warn({ err: error, lab: id }));
			}
			if (turns.has(id) && hasTurn(answer) && (await lifecycle.admit(id, spares.get(id)))) admitted.add(id);
		}
		const left = answers.filter(({ id, decision }) => !admitted.has(id) && decision !== "impossible");
		publish(placesOf(left, requests, clock.now()));
		return left.length > 0;
	}

	const tell = (records: readonly LabRecord[], provider: LabProvider) =>
		provider.grant(grantsOf(records, (record) => neededBytesOf(record, catalogue, provider)));

	function publish(next: Map<string, QueuePlace>): void {
		const before = places;
		places = next;
		for (const [id, place] of next) if (!sameToPeople(before.get(id), place)) deps.notify(id);
	}

	async function mayHaveOneMore(person: string): Promise<void> {
		const open = (await store.list()).filter((one) => one.person === person && !one.pooled && !isOver(one.state) && one.state !== "failed");
		if (open.length < limits.labsPerPerson) return;
		const named = open.map(({ id, scenario }) => `${scenario} (${id})`).join(", ");
		const who = person === "owner" ? "You have" : `${person} has`;
		throw new AppError("own-limit", `${who} ${open.length} labs open or waiting, which is the limit of one person: ${named}.`, {
			kind: "conflict",
			mend: `End one: on its page, or npx faultline lab stop ${open.at(-1)?.id}.`,
		});
	}

	/** A lab of the pool, where nobody waits who was there before. */
	async function claim({ scenario, seed, person }: Asked): Promise<LabRecord | undefined> {
		await mayHaveOneMore(person);
		if ((await store.list()).some(isWaiting)) return undefined;
		return pool.claim({ scenario, seed }, person);
	}

	async function tend(): Promise<void> {
		const provider = await deps.provider();
		const memory = (await store.list()).some(isWaiting) ? await provider.memory() : undefined;
		const waits = await grants.add(async () => {
			const records = await store.list();
			await tell(records, provider);
			if (memory) return act(records, memory, provider);
			// Somebody may have come between the two looks.
			if (records.some(isWaiting)) wake();
			else publish(new Map());
			return false;
		});
		if (waits) await pool.giveWay();
	}

	return {
		mayHaveOneMore,
		tend,
		wake: () => wake(),
		placeOf: (labId) => places.get(labId) ?? null,
		async ask(wanted) {
			const { seed } = catalogue.instantiate(wanted.scenario, wanted.seed);
			const claimed = await grants.add(() => claim(wanted));
			if (claimed) return claimed;
			const provider = await deps.provider();
			const memory = await provider.memory();
			const draft = await draftLab({ ...wanted, seed, anySeed: wanted.seed === undefined, pooled: false }, deps);
			await grants.add(async () => {
				await mayHaveOneMore(wanted.person);
				const others = await store.list();
				const record = { ...draft, turn: turnOf(wanted.person, others.filter(countsForTurn).map(asAsked)) };
				const records = [...others, record];
				const answer = plan(records, memory, provider).answers.find(({ id }) => id === record.id);
				if (answer?.decision === "impossible") throw new AppError("lab-too-big", answer.reason, { kind: "conflict", mend: mendTooBig });
				await keepLab(record, deps);
				if (await act(records, memory, provider)) wake();
			});
			return draft;
		},
		async keep(signal) {
			while (!signal.aborted) {
				const woken = Promise.withResolvers<void>();
				wake = woken.resolve;
				await tend().catch((error) => log.warn({ err: error }, "the queue could not be tended"));
				const slept = new AbortController();
				const either = AbortSignal.any([signal, slept.signal]);
				await Promise.race([woken.promise, clock.sleep(everyMs, either).catch(() => {})]);
				slept.abort();
			}
			wake = () => {};
		},
	};
}

/** What the pool has still to give is waited for. */
const hasTurn = (answer: QueueAnswer): boolean => answer.decision === "start" && answer.poolGivesBytes === 0;

/** Not one that failed, nor one that was taken back before its turn came. */
const countsForTurn = ({ pooled, state, admittedAt }: LabRecord): boolean =>
	!pooled && state !== "failed" && (state === "requested" || admittedAt !== null);
const asAsked = (record: LabRecord): LabAsked => ({
	...record,
	waits: isWaiting(record),
	askedAt: record.createdAt,
	// Of labs that were over before their end was kept, nobody knows when; long ago.
	endedAt: record.endedAt ?? (isOver(record.state) ? record.createdAt : null),
});

const mendTooBig = "Use a host with more memory, or raise FAULTLINE_MEMORY where it is set.";

function sameToPeople(a: QueuePlace | undefined, b: QueuePlace): boolean {
	if (!a || a.position !== b.position || a.of !== b.of || a.reason !== b.reason) return false;
	if (a.expectedAt === null || b.expectedAt === null) return a.expectedAt === b.expectedAt;
	return Math.abs(a.expectedAt - b.expectedAt) <= tellsMs;
}
