// @vitest-environment jsdom
import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import type { Lab } from "#lib/protocol/lab.ts";
import type { GradeReport, ObjectiveResult } from "#lib/protocol/report.ts";
import { CheckStatus } from "./check-status.tsx";

afterEach(cleanup);

const passing: ObjectiveResult = { id: "a", title: "a", verdict: "pass", points: 1, maxPoints: 1, message: "", evidence: [] };
const failing: ObjectiveResult = { ...passing, verdict: "fail", points: 0, message: "refused" };
const none: GradeReport = {
	verdict: "fail",
	repair: "none",
	points: 0,
	maxPoints: 1,
	objectives: [failing],
	guards: [],
	touched: [],
	at: 0,
	durationMs: 1,
};

function lab(more: Partial<Lab>): Lab {
	return { state: "active", objectives: [passing], report: null, checking: null, ...more } as Lab;
}

test("once everything passes it is time to check", async () => {
	const onCheck = vi.fn();
	const { rerender } = render(<CheckStatus lab={lab({ objectives: [failing] })} now={0} onCheck={onCheck} />);
	expect(screen.queryByRole("button")).toBeNull();
	rerender(<CheckStatus lab={lab({})} now={0} onCheck={onCheck} />);
	await userEvent.click(screen.getByRole("button", { name: "Check" }));
	expect(onCheck).toHaveBeenCalledOnce();
});

test("a running check lists its steps with their times", () => {
	const { rerender } = render(<CheckStatus lab={lab({ checking: "Sending traffic" })} now={1000} onCheck={() => {}} />);
	rerender(<CheckStatus lab={lab({ checking: "Deleting a pod of catalog" })} now={4000} onCheck={() => {}} />);
	rerender(<CheckStatus lab={lab({ checking: "Deleting a pod of catalog" })} now={6000} onCheck={() => {}} />);
	expect(screen.getAllByRole("listitem").map((one) => one.textContent)).toEqual(["Sending traffic3 s", "Deleting a pod of catalog2 s"]);
});

test("the result of a check names what failed and why", () => {
	render(<CheckStatus lab={lab({ objectives: [failing], report: none })} now={61_000} onCheck={() => {}} />);
	expect(screen.getByText("Not yet")).toBeTruthy();
	expect(screen.getByText("refused")).toBeTruthy();
	expect(screen.getByText("0 of 1 points")).toBeTruthy();
	expect(screen.getByText("Checked 1 min ago")).toBeTruthy();
});

test("a failed check gives way once everything passes again", () => {
	render(<CheckStatus lab={lab({ report: none })} now={0} onCheck={() => {}} />);
	expect(screen.queryByText("Not yet")).toBeNull();
	expect(screen.getByRole("button", { name: "Check" })).toBeTruthy();
});

test("a result says what was changed and how far that reaches", async () => {
	const touched = [
		{ object: "NetworkPolicy allow-all (namespace shop)", change: "created" as const, fields: [], reach: "every pod of namespace shop" },
	];
	render(<CheckStatus lab={lab({ report: { ...none, repair: "workaround", touched } })} now={0} onCheck={() => {}} />);
	expect(screen.getByText("What was changed (1)")).toBeTruthy();
	expect(screen.getByText("NetworkPolicy allow-all (namespace shop)")).toBeTruthy();
	expect(screen.getByText("Reach: every pod of namespace shop")).toBeTruthy();
});
