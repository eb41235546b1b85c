// @vitest-environment jsdom
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import type { Lab } from "#lib/protocol/lab.ts";
import { Starting } from "./starting.tsx";

afterEach(cleanup);

const lab = {
	state: "provisioning",
	createdAt: 0,
	stages: [
		{ name: "Starting the node", startedAt: 0, endedAt: 21_000, usualMs: 24_000 },
		{ name: "Starting CoreDNS", startedAt: 21_000, endedAt: null, usualMs: 6_000 },
	],
} as unknown as Lab;

test("each stage is named with its time, and a new one is said to a screen reader", () => {
	render(<Starting lab={lab} now={25_000} />);
	expect(screen.getAllByRole("listitem").map((one) => one.textContent)).toEqual([
		"Starting the nodetook 21 s",
		"Starting CoreDNS4 s of about 6",
	]);
	expect(screen.getByRole("list").getAttribute("aria-live")).toBe("polite");
});

test("the time is counted from the first stage where the lab has waited for room before, else from the click", () => {
	const { rerender } = render(<Starting lab={{ ...lab, stages: [{ ...lab.stages[0], startedAt: 60_000 }] } as Lab} now={65_000} />);
	expect(screen.getByRole("heading").parentElement?.textContent).toBe("Getting the lab ready5 s");
	rerender(<Starting lab={{ ...lab, createdAt: 62_000 } as Lab} now={65_000} />);
	expect(screen.getByRole("heading").parentElement?.textContent).toBe("Getting the lab ready3 s");
});

test("a lab without a stage yet waits for a place", () => {
	render(<Starting lab={{ ...lab, stages: [] }} now={0} />);
	expect(screen.getByRole("listitem").textContent).toBe("Waiting for a place");
});

test("a lab that was made ahead is said to wake, not to be made", () => {
	const { rerender } = render(<Starting lab={{ ...lab, state: "frozen", stages: [] }} now={0} />);
	expect(screen.getByRole("region").textContent).toContain("was made ahead. It wakes");
	expect(screen.getByRole("listitem").textContent).toBe("About to wake");
	const stages = [{ name: "Waking the lab", startedAt: 0, endedAt: null, usualMs: 200 }];
	rerender(<Starting lab={{ ...lab, state: "frozen", stages }} now={400} />);
	expect(screen.getByRole("listitem").textContent).toBe("Waking the labtakes under a second");
});
