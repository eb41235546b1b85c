import { expect, test } from "vitest";
import { createEventQueue } from "./pool/event-queue.ts";
import { hosts } from "./pool/hosts.ts";
import { policies } from "./pool/policies.ts";
import { populate } from "./pool/population.ts";
import { simulate } from "./pool/world.ts";

const [host, withSwap] = hosts as [(typeof hosts)[0], (typeof hosts)[0]];
const day = () => populate({ learners: 60, days: 1, teams: 4, interviewsADay: 2, seed: 1 });
const asked = day().visits.reduce((sum, visit) => sum + 1 + visit.next.length, 0);
const policy = (name: string) => policies.find((one) => one.name === name) as (typeof policies)[0];
const mean = ({ starts }: ReturnType<typeof simulate>) => starts.reduce((sum, { waitMs }) => sum + waitMs, 0) / starts.length;

test("events come in the order of time, and of those at the same time in the order in which they were put in", () => {
	const queue = createEventQueue<string>();
	for (const [at, what] of [
		[3, "d"],
		[1, "a"],
		[2, "b"],
		[2, "c"],
		[0, "0"],
	] as const)
		queue.put(at, what);
	const taken = Array.from({ length: 6 }, () => queue.take()?.what);
	expect(taken).toEqual(["0", "a", "b", "c", "d", undefined]);
});

test("the same seed is the same day, another is another", () => {
	expect(day()).toEqual(day());
	expect(populate({ learners: 60, days: 1, teams: 4, interviewsADay: 2, seed: 2 }).visits).not.toEqual(day().visits);
});

test("the same days take the same course under a policy, to the last start", () => {
	expect(simulate(withSwap, day(), policy("plan"))).toEqual(simulate(withSwap, day(), policy("plan")));
});

test("everybody gets a lab, memory is never exceeded, and the plan shortens the waits that no pool leaves", () => {
	const without = simulate(host, day(), policy("no pool"));
	expect(without).toMatchObject({ made: 0, unclaimed: 0 });
	expect(mean(without)).toBeGreaterThanOrEqual(14_000);
	for (const where of [host, withSwap]) {
		const planned = simulate(where, day(), policy("plan"));
		expect(planned.starts).toHaveLength(asked);
		expect(planned.fullest).toBeLessThanOrEqual(1);
		expect(mean(planned)).toBeLessThan(mean(without) / 2);
		expect(planned.starts.some(({ source }) => source === "cold")).toBe(where === withSwap);
	}
});
