import fc from "fast-check";
import { expect, test } from "vitest";
import { likelyEnd } from "./estimate-starts.ts";
import { fairOrder, planQueue } from "./plan-queue.ts";
import type { LabInUse, QueueInput, QueueRequest } from "./queue-types.ts";
import { gib } from "./test-support/pool.ts";

const minuteMs = 60_000;
const ask = (id: string, person: string, options: Partial<QueueRequest> = {}): QueueRequest => ({
	...{ id, person, turn: 0, askedAt: Number(id), bytes: gib, heldBytes: 0, startMs: 10_000, ...options },
});
const lab = (person: string, endsAt: number, bytes = gib): LabInUse => ({ person, bytes, readyAt: 0, endsAt });
/** A host of 4 GiB for labs, of which those in use take theirs. */
function anInput(options: Partial<QueueInput> = {}): QueueInput {
	const labs = options.labs ?? [];
	const useByInstance = { here: labs.reduce((sum, { bytes }) => sum + bytes, 0) };
	return {
		...{ now: 0, requests: [], mostBytes: 4 * gib, memoryBytes: 4 * gib, useByInstance, poolBytes: 0, usualMs: 20 * minuteMs },
		...{ limits: { perPerson: 2, startsAtOnce: 10 }, ...options, labs },
	};
}
const four = [lab("w", 30 * minuteMs), lab("x", 10 * minuteMs), lab("y", 20 * minuteMs), lab("z", 40 * minuteMs)];

test("a request that fits starts at once", () => {
	expect(planQueue(anInput({ requests: [ask("1", "anna")] }))).toEqual([{ id: "1", decision: "start", poolGivesBytes: 0 }]);
});

test("in a full house everybody is told a place and when it will be, by the likely ends of labs", () => {
	const answers = planQueue(anInput({ labs: four, requests: [ask("1", "anna"), ask("2", "ben")] }));
	expect(answers).toEqual([
		{
			...{ id: "1", decision: "wait", position: 1, waitMs: 10 * minuteMs + 10_000 },
			reason: "This lab needs 1.0 GiB of memory; 0.0 GiB are free until another lab ends.",
		},
		{ id: "2", decision: "wait", position: 2, waitMs: 20 * minuteMs + 10_000, reason: "1 request is before this one." },
	]);
});

test("everybody's first lab comes before anybody's second", () => {
	const requests = [ask("1", "anna"), ask("2", "anna", { turn: 1 }), ask("3", "ben"), ask("4", "carl"), ask("5", "ben", { turn: 1 })];
	expect(fairOrder(requests).map(({ id }) => id)).toEqual(["1", "3", "4", "2", "5"]);
});

test("nobody overtakes a big lab that waits for its room", () => {
	const requests = [ask("1", "anna", { bytes: 2 * gib }), ask("2", "ben")];
	const answers = planQueue(anInput({ labs: four.slice(0, 3), requests }));
	expect(answers).toMatchObject([
		{ decision: "wait", position: 1, waitMs: 10 * minuteMs + 10_000 },
		{ decision: "wait", position: 2, waitMs: 20 * minuteMs + 10_000 },
	]);
});

test("labs of all instances count, and where only theirs could end no time is promised", () => {
	const answers = planQueue(anInput({ useByInstance: { here: 0, another: 3.5 * gib }, requests: [ask("1", "anna")] }));
	expect(answers).toMatchObject([{ decision: "wait", position: 1, waitMs: null }]);
});

test("the pool's memory is room, and the answer says how much of it must be freed before", () => {
	const full = { useByInstance: { here: 3.5 * gib }, poolBytes: 2 * gib };
	expect(planQueue(anInput({ ...full, requests: [ask("1", "anna"), ask("2", "ben"), ask("3", "carl")] }))).toMatchObject([
		{ decision: "start", poolGivesBytes: 0.5 * gib },
		{ decision: "start", poolGivesBytes: gib },
		{ decision: "wait", position: 1, waitMs: 20 * minuteMs + 20_000 },
	]);
	// A lab that is prepared already needs no more than it holds.
	expect(planQueue(anInput({ ...full, requests: [ask("1", "anna", { heldBytes: gib })] }))).toMatchObject([{ poolGivesBytes: 0 }]);
});

test("a person at the limit waits for an own lab to end, in nobody's way", () => {
	const labs = [lab("anna", 10 * minuteMs), lab("anna", 20 * minuteMs)];
	expect(planQueue(anInput({ labs, requests: [ask("1", "anna"), ask("2", "ben")] }))).toEqual([
		{ id: "1", decision: "own-limit", reason: "You have 2 labs open, which is the limit. End one to start this one." },
		{ id: "2", decision: "start", poolGivesBytes: 0 },
	]);
});

test("a lab that this host can never hold is refused at once, also in a full house", () => {
	expect(planQueue(anInput({ labs: four, requests: [ask("1", "anna", { bytes: 5 * gib })] }))).toEqual([
		{ id: "1", decision: "impossible", reason: "This lab needs 5.0 GiB of memory; this host has 4.0 GiB for labs in all." },
	]);
});

test("a lab that the host could hold, but for what other programs take now, waits, is promised nothing, and keeps nobody back", () => {
	const requests = [ask("1", "anna", { bytes: 2 * gib }), ask("2", "ben"), ask("3", "carl")];
	expect(planQueue(anInput({ memoryBytes: gib, requests }))).toMatchObject([
		{ decision: "wait", position: 2, waitMs: null, reason: "This lab needs 2.0 GiB of memory; other programs leave 1.0 GiB for labs." },
		{ decision: "start" },
		{ decision: "wait", position: 1, reason: expect.stringContaining("until another lab ends") },
	]);
});

test("a lab whose end nobody knows promises nobody a time, and one that is being removed is nobody's", () => {
	const labs = [lab("anna", Number.POSITIVE_INFINITY, 3 * gib), { ...lab("", minuteMs), person: null }];
	const requests = [ask("1", "ben"), ask("2", "carl")];
	const limits = { perPerson: 1, startsAtOnce: 1 };
	expect(planQueue(anInput({ labs, requests, limits }))).toMatchObject([{ waitMs: minuteMs + 10_000 }, { waitMs: 21 * minuteMs + 20_000 }]);
	expect(planQueue(anInput({ labs: labs.slice(0, 1).concat(lab("x", Number.POSITIVE_INFINITY)), requests, limits }))).toMatchObject([
		{ waitMs: null },
		{ waitMs: null },
	]);
});

test("no more start at once than may, the next when one of them is ready", () => {
	const answers = planQueue(
		anInput({ limits: { perPerson: 1, startsAtOnce: 1 }, requests: [ask("1", "anna"), ask("2", "ben"), ask("3", "carl")] }),
	);
	expect(answers).toMatchObject([
		{ decision: "start" },
		{ decision: "wait", waitMs: 20_000, reason: "As many labs are on their way as can start at once." },
		{ decision: "wait", waitMs: 30_000 },
	]);
});

test("a lab's likely end comes from those uses that lasted as long as it has, and from when it is taken back", () => {
	const used = [5, 10, 20, 40].map((minutes) => minutes * minuteMs);
	const running = { readyAt: 0, expiresAt: 60 * minuteMs };
	expect(likelyEnd(running, used, 0)).toBe(20 * minuteMs);
	expect(likelyEnd(running, used, 15 * minuteMs)).toBe(40 * minuteMs);
	expect(likelyEnd(running, used, 50 * minuteMs)).toBe(60 * minuteMs);
	expect(likelyEnd({ readyAt: 0, expiresAt: 12 * minuteMs }, used, 0)).toBe(12 * minuteMs);
});

const person = fc.constantFrom("anna", "ben", "carl", "dora");
const size = fc.integer({ min: 1, max: 5 });
const anyInput = fc
	.record({
		requests: fc.array(fc.record({ person, size, turn: fc.nat(3), held: fc.boolean(), askedAt: fc.integer({ min: 0, max: 9 }) }), {
			maxLength: 10,
		}),
		labs: fc.array(fc.record({ person, size, readyAt: fc.integer({ min: -5, max: 5 }), endsAt: fc.integer({ min: 6, max: 60 }) }), {
			maxLength: 5,
		}),
		memory: fc.integer({ min: 1, max: 16 }),
		others: fc.integer({ min: 0, max: 6 }),
		pool: fc.integer({ min: 0, max: 6 }),
		perPerson: fc.integer({ min: 1, max: 3 }),
		startsAtOnce: fc.integer({ min: 1, max: 4 }),
	})
	.map(({ requests, labs, memory, others, pool, ...limits }) => {
		const own = labs.map((one) => ({ ...one, bytes: one.size * gib, readyAt: one.readyAt * minuteMs, endsAt: one.endsAt * minuteMs }));
		let heldLeft = pool;
		const asked = requests.map(({ size: bytes, held, ...one }, index) => {
			const heldBytes = held && heldLeft > 0 ? 1 : 0;
			heldLeft -= heldBytes;
			return { ...one, id: String(index), bytes: bytes * gib, heldBytes: heldBytes * gib, startMs: minuteMs };
		});
		const use = own.reduce((sum, { bytes }) => sum + bytes, pool * gib);
		return anInput({
			...{ requests: asked, labs: own, mostBytes: memory * gib, memoryBytes: memory * gib, poolBytes: pool * gib, limits },
			useByInstance: { here: use, another: others * gib },
		});
	});

test("what starts fits into memory, the places and each person's limit, and the places in the queue are without gaps", () => {
	fc.assert(
		fc.property(anyInput, (input) => {
			const answers = planQueue(input);
			expect(answers.map(({ id }) => id)).toEqual(input.requests.map(({ id }) => id));
			const started = input.requests.filter((_, index) => answers[index]?.decision === "start");
			const used = Object.values(input.useByInstance).reduce((sum, bytes) => sum + bytes, 0) - input.poolBytes;
			const granted = started.reduce((sum, { bytes }) => sum + bytes, 0);
			if (granted > 0) expect(used + granted).toBeLessThanOrEqual(input.memoryBytes);
			const given = answers.reduce((sum, answer) => sum + (answer.decision === "start" ? answer.poolGivesBytes : 0), 0);
			expect(given).toBeLessThanOrEqual(input.poolBytes);
			if (started.length > 0) {
				const starting = input.labs.filter(({ readyAt }) => readyAt > input.now).length;
				expect(starting + started.length).toBeLessThanOrEqual(input.limits.startsAtOnce);
			}
			for (const who of new Set(started.map((one) => one.person))) {
				const count = [...input.labs, ...started].filter((one) => one.person === who).length;
				expect(count).toBeLessThanOrEqual(input.limits.perPerson);
			}
			const places = answers.flatMap((answer) => (answer.decision === "wait" ? [answer.position] : [])).sort((a, b) => a - b);
			expect(places).toEqual(places.map((_, index) => index + 1));
		}),
		{ seed: 1, numRuns: 500 },
	);
});

test("who asks later never changes what those before were told", () => {
	fc.assert(
		fc.property(anyInput, size, (input, bytes) => {
			const late = ask("late", "newcomer", { askedAt: 1000, bytes: bytes * gib });
			const order = fairOrder([...input.requests, late]).map(({ id }) => id);
			const before = new Set(order.slice(0, order.indexOf("late")));
			const earlier = (answers: ReturnType<typeof planQueue>) => answers.filter(({ id }) => before.has(id));
			expect(earlier(planQueue({ ...input, requests: [...input.requests, late] }))).toEqual(earlier(planQueue(input)));
		}),
		{ seed: 2, numRuns: 500 },
	);
});
