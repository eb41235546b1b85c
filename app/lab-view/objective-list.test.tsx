// @vitest-environment jsdom
import { cleanup, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test } from "vitest";
import type { ObjectiveResult } from "#lib/protocol/report.ts";
import { ObjectiveList } from "./objective-list.tsx";

afterEach(cleanup);

const refused: ObjectiveResult = {
	id: "reaches",
	title: "frontend reaches catalog",
	verdict: "fail",
	points: 0,
	maxPoints: 50,
	message: "expected 200, saw refused",
	since: 1_000_000,
	evidence: [{ expected: "200", observed: "refused after 1 ms", from: "pod frontend-1", samples: 12, strip: [true, false, false] }],
};

test("a closed objective says its verdict and what was seen; opened it says what that rests on", async () => {
	render(<ObjectiveList objectives={[refused]} now={1_120_000} />);
	const line = screen.getByRole("button", { name: /frontend reaches catalog: fails/ });
	expect(line.getAttribute("aria-expanded")).toBe("false");
	expect(within(line).getByText("expected 200, saw refused")).toBeTruthy();
	expect(screen.queryByText("pod frontend-1")).toBeNull();

	await userEvent.click(line);
	expect(screen.getByText("refused after 1 ms")).toBeTruthy();
	expect(screen.getByText("pod frontend-1")).toBeTruthy();
	expect(screen.getByRole("img", { name: "Of the last 3 probes 1 were as expected" })).toBeTruthy();
	expect(screen.getByText("So for 2 min")).toBeTruthy();
});

test("an objective that turns keeps the focus and stays open", async () => {
	const { rerender } = render(<ObjectiveList objectives={[refused]} now={0} />);
	await userEvent.click(screen.getByRole("button"));
	rerender(<ObjectiveList objectives={[{ ...refused, verdict: "pass", points: 50 }]} now={0} />);
	const line = screen.getByRole("button", { name: /frontend reaches catalog: passes/ });
	expect(document.activeElement).toBe(line);
	expect(line.getAttribute("aria-expanded")).toBe("true");
});

test("the grader's own problem is said to be that", async () => {
	render(<ObjectiveList objectives={[{ ...refused, verdict: "error", evidence: [] }]} now={0} />);
	await userEvent.click(screen.getByRole("button"));
	expect(screen.getByText(/does not count against you/)).toBeTruthy();
});

test("before the lab is ready the place explains itself", () => {
	render(<ObjectiveList objectives={[]} now={0} />);
	expect(screen.getByText(/as soon as the lab is ready/)).toBeTruthy();
});

test("of a lab that rests, with nothing known of it yet, it says when it is tried again", () => {
	render(<ObjectiveList objectives={[]} now={0} resting />);
	expect(screen.getByText(/when the lab is awake/)).toBeTruthy();
});
