// @vitest-environment jsdom
import { act, cleanup, render, screen } from "@testing-library/react";
import { useEffect } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Lab, lab as labSchema } from "#lib/protocol/lab.ts";
import { LabPage } from "./lab-page.tsx";

const terminal = vi.hoisted(() => ({ opened: 0, closed: 0 }));

vi.mock("next/navigation", () => ({ useRouter: () => ({ push: () => {} }) }));
// xterm needs a browser that draws; what counts here is how often a pane, and with it a connection, is made.
vi.mock("next/dynamic", () => ({
	default: () =>
		function Pane({ visible }: { visible: boolean }) {
			useEffect(() => {
				terminal.opened += 1;
				return () => {
					terminal.closed += 1;
				};
			}, []);
			return <textarea aria-label="Terminal input" data-visible={visible} />;
		},
}));

let turn: (narrow: boolean) => void;

beforeEach(() => {
	Object.assign(terminal, { opened: 0, closed: 0 });
	const width = Object.assign(new EventTarget(), { matches: false });
	turn = (narrow) =>
		act(() => {
			width.matches = narrow;
			width.dispatchEvent(new Event("change"));
		});
	vi.stubGlobal("matchMedia", () => width);
	vi.stubGlobal(
		"EventSource",
		class extends EventTarget {
			close() {}
		},
	);
	vi.stubGlobal(
		"ResizeObserver",
		class {
			observe() {}
			unobserve() {}
			disconnect() {}
		},
	);
	vi.stubGlobal("fetch", async () => new Response("[]"));
});
afterEach(() => {
	cleanup();
	vi.unstubAllGlobals();
});

const lab: Lab = labSchema.parse({
	...{ id: "lab1", scenario: "s", title: "A lab", layer: "service", level: 1, seed: 1, state: "active", person: "owner", queue: null },
	...{ createdAt: 0, readyAt: 0, expiresAt: 3_600_000, solvedAt: null, resting: null, ticket: "It is slow.", stages: [], objectives: [] },
	...{ report: null, checking: null, hintsShown: [], hintsTotal: 0, debrief: null, failure: null, url: null },
	shells: [{ id: "shell1", title: "Shell 1" }],
});

const show = () => render(<LabPage initial={lab} next={null} renderedAt={0} />);
const input = () => screen.getByRole("textbox", { name: "Terminal input" });

test("between wide and narrow the terminal is the same one, with the focus in it and in sight", () => {
	show();
	const first = input();
	first.focus();
	for (const narrow of [true, false, true]) {
		turn(narrow);
		expect(screen.queryAllByRole("tab", { name: "Ticket" })).toHaveLength(narrow ? 1 : 0);
		expect(input()).toBe(first);
		expect(document.activeElement).toBe(first);
		expect(first.dataset.visible).toBe("true");
	}
	expect(terminal).toEqual({ opened: 1, closed: 0 });
});

test("a page that becomes narrow shows the sheet that was last used, and the terminal goes on behind it", () => {
	show();
	input().focus();
	screen.getByRole("region", { name: "Ticket" }).focus();
	turn(true);
	expect(screen.getByRole("tab", { selected: true, name: "Ticket" })).toBeDefined();
	expect(screen.getByRole("tabpanel", { name: "Ticket" }).textContent).toBe("It is slow.");
	expect(terminal).toEqual({ opened: 1, closed: 0 });
});

test("where nobody has touched anything a narrow page begins with the ticket, a wide one is no tab's page", () => {
	show();
	expect(screen.queryAllByRole("tabpanel", { name: "Terminal" })).toEqual([]);
	expect(screen.getByRole("separator", { name: "Width of ticket and objectives" })).toBeDefined();
	turn(true);
	expect(screen.getByRole("tab", { selected: true, name: "Ticket" })).toBeDefined();
	expect(screen.queryAllByRole("separator")).toEqual([]);
});
