import { estimateStarts } from "./estimate-starts.ts";
import type { LabInUse, QueueAnswer, QueueInput, QueueRequest } from "./queue-types.ts";

const gib = (bytes: number): string => `${(Math.max(0, bytes) / 1024 ** 3).toFixed(1)} GiB`;

/**
 * Who may start now, and what the others are told; answers in the order of the requests.
 *
 * The order is fair: everybody's first lab by time, then everybody's second, and so on. Nobody overtakes: a big lab's
 * turn comes, at the price of a little room left empty before it; unless other programs hold the memory that it needs, for
 * no lab's end would bring it. Nothing is over-committed: what starts fits into what all
 * instances leave, where the pool of this one counts as room.
 */
export function planQueue(input: QueueInput): QueueAnswer[] {
	const { now, memoryBytes, limits } = input;
	const answers = new Map<string, QueueAnswer>();
	let freeBytes = memoryBytes - Object.values(input.useByInstance).reduce((sum, bytes) => sum + bytes, 0);
	let poolBytes = input.poolBytes;
	let starting = input.labs.filter(({ readyAt }) => readyAt > now).length;
	const inUse = openByPerson(input.labs);
	const waiting: QueueRequest[] = [];
	const outsized: QueueRequest[] = [];
	const started: LabInUse[] = [];

	for (const request of fairOrder(input.requests)) {
		const { id, person, bytes, heldBytes } = request;
		const own = inUse.get(person) ?? 0;
		if (bytes > input.mostBytes) {
			const reason = `This lab needs ${gib(bytes)} of memory; this host has ${gib(input.mostBytes)} for labs in all.`;
			answers.set(id, { id, decision: "impossible", reason });
		} else if (own >= limits.perPerson) {
			const labs = own === 1 ? "1 lab" : `${own} labs`;
			answers.set(id, { id, decision: "own-limit", reason: `You have ${labs} open, which is the limit. End one to start this one.` });
		} else if (bytes > memoryBytes) {
			outsized.push(request);
			inUse.set(person, own + 1);
		} else if (waiting.length === 0 && starting < limits.startsAtOnce && bytes <= freeBytes + poolBytes) {
			const poolGivesBytes = Math.max(0, bytes - heldBytes - freeBytes);
			answers.set(id, { id, decision: "start", poolGivesBytes });
			freeBytes -= bytes - heldBytes - poolGivesBytes;
			poolBytes -= heldBytes + poolGivesBytes;
			starting += 1;
			inUse.set(person, own + 1);
			started.push({ person, bytes, readyAt: now + request.startMs, endsAt: now + request.startMs + input.usualMs });
		} else {
			waiting.push(request);
			inUse.set(person, own + 1);
		}
	}
	const roomBytes = freeBytes + poolBytes;
	const starts = estimateStarts({ ...input, labs: [...input.labs, ...started], roomBytes, startsAtOnce: limits.startsAtOnce }, waiting);
	for (const [index, { id, bytes, startMs }] of waiting.entries()) {
		const at = starts[index] ?? null;
		const waitMs = at === null ? null : at - now + startMs;
		answers.set(id, { id, decision: "wait", position: index + 1, waitMs, reason: whyWait(index, bytes, roomBytes) });
	}
	for (const [index, { id, bytes }] of outsized.entries()) {
		const reason = `This lab needs ${gib(bytes)} of memory; other programs leave ${gib(memoryBytes)} for labs.`;
		answers.set(id, { id, decision: "wait", position: waiting.length + index + 1, waitMs: null, reason });
	}
	return input.requests.map(({ id }) => answers.get(id) as QueueAnswer);
}

/** Everybody's first lab, by the time at which it was asked for, then everybody's second, and so on. */
export function fairOrder<R extends Pick<QueueRequest, "id" | "turn" | "askedAt">>(requests: readonly R[]): R[] {
	return requests.toSorted((a, b) => a.turn - b.turn || a.askedAt - b.askedAt || (a.id < b.id ? -1 : 1));
}

function openByPerson(labs: readonly Pick<LabInUse, "person">[]): Map<string, number> {
	const open = new Map<string, number>();
	for (const { person } of labs) if (person !== null) open.set(person, (open.get(person) ?? 0) + 1);
	return open;
}

function whyWait(before: number, bytes: number, roomBytes: number): string {
	if (before > 0) return `${before} ${before === 1 ? "request is" : "requests are"} before this one.`;
	if (bytes > roomBytes) return `This lab needs ${gib(bytes)} of memory; ${gib(roomBytes)} are free until another lab ends.`;
	return "As many labs are on their way as can start at once.";
}
