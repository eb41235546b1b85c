import { type HostUse, isPooled, isWaiting } from "./host-use.ts";
import { isOver, isStarting } from "./lab-state.ts";
import type { LabRecord } from "./lab-store.ts";
import { likelyEnd } from "./plan/estimate-starts.ts";
import { fairOrder } from "./plan/plan-queue.ts";
import type { LabInUse, QueueRequest } from "./plan/queue-types.ts";

const minuteMs = 60_000;
/** From a click to ready without a pool until this host has starts of its own on record: docs/fast-starts.md. */
const firstStartMs = 40_000;
/** Waking a frozen lab and proving its fault again. */
const wakeMs = 800;
/** How long a lab is in use until this host has uses on record: three quarters of the shortest time that a lab is kept. */
const firstUseMs = 45 * minuteMs;
/** Seen from the end of a use until nothing is left on the host: 3 to 8 s. */
const removalMs = 5_000;
/** With fewer uses of a scenario those of all scenarios say more; fewer than these of all say nothing. */
const fewUses = 3;
/** As many of the newest starts tell how long one takes. */
const newestStarts = 15;

export interface QueueFacts {
	requests: QueueRequest[];
	labs: LabInUse[];
	/** How long a lab is in use: the median. */
	usualMs: number;
	/** For each request the frozen labs of the pool that are the same, none twice. */
	spares: ReadonlyMap<string, LabRecord>;
}

interface QueueSight {
	now: number;
	/** All labs, and one that is just being asked for. */
	records: readonly LabRecord[];
	use: Pick<HostUse, "here">;
	neededBytes: (record: LabRecord) => number;
	/** Whether a frozen lab of the pool is as one made now would be. */
	isSpare: (record: LabRecord) => boolean;
}

/** What the queue's plan knows, from what is on record. */
export function queueFacts({ now, records, use, neededBytes, isSpare }: QueueSight): QueueFacts {
	const waiting = records.filter(isWaiting);
	const bytesOf = (record: LabRecord) => use.here.get(record.environmentId) ?? neededBytes(record);
	const usualMs = median(knownUses(records)) ?? firstUseMs;
	const labs = records.flatMap((record): LabInUse[] => {
		const { person, pooled, admittedAt, state } = record;
		if (admittedAt === null || isPooled(record) || state === "destroyed" || state === "failed") return [];
		const bytes = bytesOf(record);
		if (pooled || isOver(state)) return [{ person: null, bytes, readyAt: now, endsAt: now + removalMs }];
		if (isStarting(state)) {
			const readyAt = Math.max(now + 1_000, admittedAt + usualStartMs(records, record.scenario));
			return [{ person, bytes, readyAt, endsAt: readyAt + usualMs }];
		}
		return [{ person, bytes, readyAt: Math.min(now, record.readyAt ?? now), endsAt: endOf(record, records, now) }];
	});
	const spares = sparesFor(waiting, { records, isSpare });
	const requests = waiting.map((record): QueueRequest => {
		const { id, person, turn, createdAt, scenario } = record;
		const spare = spares.get(id);
		const startMs = spare ? wakeMs : usualStartMs(records, scenario);
		return { id, person, turn, askedAt: createdAt, bytes: neededBytes(record), heldBytes: spare ? bytesOf(spare) : 0, startMs };
	});
	return { requests, labs, usualMs, spares };
}

/** Of one that rests nobody knows: its time stands still. */
function endOf({ scenario, state, readyAt, expiresAt }: LabRecord, records: readonly LabRecord[], now: number): number {
	if (state === "resting") return Number.POSITIVE_INFINITY;
	const own = usesOf(records.filter((one) => one.scenario === scenario));
	const uses = own.length < fewUses ? knownUses(records) : own;
	return likelyEnd({ readyAt: readyAt ?? now, expiresAt: expiresAt ?? Number.POSITIVE_INFINITY }, uses, now);
}

/** How long labs of all scenarios were in use; none while there are too few to tell anything. */
function knownUses(records: readonly LabRecord[]): number[] {
	const all = usesOf(records);
	return all.length < fewUses ? [] : all;
}

/** How long earlier labs were in use. */
function usesOf(records: readonly LabRecord[]): number[] {
	return records.flatMap(({ readyAt, endedAt }) => (readyAt === null || endedAt === null ? [] : [endedAt - readyAt]));
}

/** From its turn to ready, of labs that were made because they were asked for: those of the scenario, else all. */
function usualStartMs(records: readonly LabRecord[], scenario: string): number {
	const made = records
		.filter(({ pooled, admittedAt, createdAt, readyAt }) => !pooled && readyAt !== null && admittedAt !== null && admittedAt >= createdAt)
		.toSorted((a, b) => b.createdAt - a.createdAt);
	const own = made.filter((record) => record.scenario === scenario);
	const newest = (own.length > 0 ? own : made).slice(0, newestStarts);
	return median(newest.map(({ readyAt, admittedAt }) => (readyAt ?? 0) - (admittedAt ?? 0))) ?? firstStartMs;
}

/**
 * Each of the waiting gets, in its turn, a frozen lab of its variant that nobody before has. Where any variant will do, it is
 * one that nobody who waits has named, then one that is new to the person, then one that wakes soonest, then what was drawn for
 * them: they may have read its ticket already.
 */
function sparesFor(waiting: readonly LabRecord[], { records, isSpare }: Pick<QueueSight, "records" | "isSpare">): Map<string, LabRecord> {
	const left = new Set(records.filter(({ pooled, state }) => pooled && state === "frozen"));
	const spares = new Map<string, LabRecord>();
	const asked = waiting.map((record) => ({ ...record, askedAt: record.createdAt }));
	const named = new Set(waiting.filter(({ anySeed }) => !anySeed).map(variantOf));
	for (const { id, person, scenario, seed, anySeed } of fairOrder(asked)) {
		const had = new Set(records.filter((one) => one.person === person && !one.pooled && !isWaiting(one)).map(variantOf));
		const rank = (one: LabRecord) => Number(named.has(variantOf(one))) * 4 + Number(had.has(variantOf(one))) * 2 + Number(one.cold);
		const fit = [...left].filter((one) => one.scenario === scenario && (anySeed || one.seed === seed) && isSpare(one));
		const other = (one: LabRecord) => Number(one.seed !== seed);
		const inTurn = (a: LabRecord, b: LabRecord) =>
			rank(a) - rank(b) || other(a) - other(b) || a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1);
		const spare = fit.toSorted(inTurn)[0];
		if (!spare) continue;
		left.delete(spare);
		spares.set(id, spare);
	}
	return spares;
}

const variantOf = ({ scenario, seed }: LabRecord): string => `${scenario}/${seed}`;

function median(values: readonly number[]): number | null {
	return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? null;
}
