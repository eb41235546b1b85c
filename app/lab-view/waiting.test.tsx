// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import type { Lab } from "#lib/protocol/lab.ts";
import { Waiting } from "./waiting.tsx";

afterEach(cleanup);

const lab = { createdAt: 0, stages: [] } as unknown as Lab;
const queue = { position: 2, of: 3, expectedAt: 200_000, reason: "1 request is before this one." };
const said = () => screen.getAllByRole("definition").map((one) => one.textContent);

test("the place, the estimate and what is waited for stand there", () => {
	const { rerender } = render(<Waiting lab={lab} queue={queue} now={35_000} onLeave={() => {}} />);
	expect(said()).toEqual(["2 of 3", "about 3 min", "1 request is before this one."]);
	rerender(<Waiting lab={lab} queue={{ ...queue, position: 1, of: 2, expectedAt: null }} now={35_000} onLeave={() => {}} />);
	expect(said().slice(0, 2)).toEqual(["1 of 2", "when there is room"]);
});

test("one can leave the queue", () => {
	const onLeave = vi.fn();
	render(<Waiting lab={lab} queue={queue} now={0} onLeave={onLeave} />);
	fireEvent.click(screen.getByRole("button", { name: "Leave the queue" }));
	expect(onLeave).toHaveBeenCalledOnce();
});
