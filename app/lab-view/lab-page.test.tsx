// @vitest-environment jsdom
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { useEffect } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Lab, lab as labSchema } from "#lib/protocol/lab.ts";
import { LabPage } from "./lab-page.tsx";

const terminal = vi.hoisted(() => ({ opened: 0, closed: 0 }));

vi.mock("next/navigation", () => ({ useRouter: () => ({ push: () => {} }) }));
// xterm needs a browser that draws; what counts here is how often a pane, and with it a connection, is made.
vi.mock("next/dynamic", () => ({
	default: () =>
		function Pane({ visible, onType }: { visible: boolean; onType: () => void }) {
			useEffect(() => {
				terminal.opened += 1;
				return () => {
					terminal.closed += 1;
				};
			}, []);
			return <textarea aria-label="Terminal input" data-visible={visible} onKeyDown={onType} />;
		},
}));

let turn: (narrow: boolean) => void;
/** The engine tells the page. */
let tell: (lab: Lab) => void;

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
			constructor() {
				super();
				tell = (lab) => act(() => void this.dispatchEvent(new MessageEvent("lab", { data: JSON.stringify(lab) })));
			}
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
	vi.useRealTimers();
	vi.unstubAllGlobals();
});

const lab: Lab = labSchema.parse({
	...{ id: "lab1", scenario: "s", title: "A lab", layer: "service", level: 1, seed: 1, state: "active", person: "owner", queue: null },
	...{ createdAt: 0, readyAt: 0, expiresAt: 3_600_000, solvedAt: null, resting: null, ticket: "It is slow.", stages: [], objectives: [] },
	...{ report: null, checking: null, hintsShown: [], hintsTotal: 0, debrief: null, failure: null, url: null },
	shells: [{ id: "shell1", title: "Shell 1" }],
});

const resting: Lab = { ...lab, state: "resting", resting: { since: 0, keptUntil: 3_600_000 } };

const show = (initial = lab) => render(<LabPage initial={initial} next={null} renderedAt={0} />);
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

test("a lab that comes to rest under an open page waits for a key, and is said to wake at one", () => {
	vi.useFakeTimers({ toFake: ["Date", "setInterval", "clearInterval"] });
	show();
	tell(resting);
	expect(screen.getByText(/Press a key in the terminal/)).toBeDefined();
	fireEvent.keyDown(input(), { key: "a" });
	act(() => void vi.advanceTimersByTime(2_000));
	expect(screen.queryAllByText(/Press a key in the terminal/)).toEqual([]);
	expect(screen.getByText(/what you type now waits/).textContent).toMatch(/^Waking · 2 s\./);
	tell(lab);
	expect(screen.queryAllByRole("button", { name: /^Wak/ })).toEqual([]);
	tell(resting);
	expect(screen.getByText(/Press a key in the terminal/)).toBeDefined();
});

test("a page that is opened on a resting lab wakes it and says so; where no wake comes a key is asked for", () => {
	vi.useFakeTimers({ toFake: ["Date", "setInterval", "clearInterval"] });
	show(resting);
	expect(screen.getByText(/what you type now waits/)).toBeDefined();
	act(() => void vi.advanceTimersByTime(31_000));
	expect(screen.getByText(/Press a key in the terminal/)).toBeDefined();
});

test("what is typed while a lab is awake does not make it seem to wake later", () => {
	show();
	fireEvent.keyDown(input(), { key: "a" });
	tell(resting);
	expect(screen.getByText(/Press a key in the terminal/)).toBeDefined();
});
