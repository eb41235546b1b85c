import { expect, test } from "vitest";
import { labState } from "../protocol/lab.ts";
import { canHappen, isOver, isStarting, isUsable, type LabEvent, nextState } from "./lab-state.ts";

const events: LabEvent[] = [
	...(["provision", "baseline-proven", "fault-proven", "freeze", "claim", "rest", "wake"] as const),
	...(["solve", "expire", "abandon", "reset", "fail", "destroy", "destroyed"] as const),
];

test("the way from a request to a solved lab and its end", () => {
	const way: LabEvent[] = ["provision", "baseline-proven", "fault-proven", "claim", "solve", "abandon", "destroy", "destroyed"];
	expect(way.reduce(nextState, "requested" as const)).toBe("destroyed");
});

test("a lab that rests wakes as what it was", () => {
	expect((["rest", "wake"] as const).reduce(nextState, "active" as const)).toBe("active");
	expect((["rest", "solve"] as const).reduce(nextState, "solved" as const)).toBe("solved");
});

test("an event that makes no sense is a conflict that names both", () => {
	expect(() => nextState("destroyed", "claim")).toThrow("A lab that is destroyed can't claim.");
});

test("a lab is never shown before its fault is proven", () => {
	const toActive = labState.options.filter((state) => canHappen(state, "claim"));
	expect(toActive).toEqual(["faulted", "frozen"]);
});

test("from every state a lab can reach its removal", () => {
	for (const state of labState.options) {
		const reached = new Set([state]);
		for (const from of reached) for (const event of events) if (canHappen(from, event)) reached.add(nextState(from, event));
		expect(reached, state).toContain("destroyed");
	}
});

test("starting, usable and over exclude each other", () => {
	for (const state of labState.options) {
		expect([isStarting(state), isUsable(state), isOver(state)].filter(Boolean).length, state).toBeLessThanOrEqual(1);
	}
});
