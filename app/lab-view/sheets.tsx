"use client";
import { Tabs } from "radix-ui";
import type { Lab } from "#lib/protocol/lab.ts";
import { CheckStatus } from "./check-status.tsx";
import type { DeskProps } from "./desk-props.ts";
import { Hints } from "./hints.tsx";
import { ObjectiveList } from "./objective-list.tsx";
import { passedWords } from "./objective-words.ts";
import { Ticket } from "./ticket.tsx";
import { Timeline } from "./timeline.tsx";

const sheets = ["ticket", "objectives", "terminal", "hints", "timeline"] as const;

/** A part of the desk; a narrow one shows one at a time. */
export type Sheet = (typeof sheets)[number];

/** The sheet that an element is on, by the mark which each part of the desk has in either width. */
export function sheetOf(element: Element): Sheet | undefined {
	const mark = element.closest("[data-sheet]")?.getAttribute("data-sheet");
	return sheets.find((one) => one === mark);
}

const trigger =
	"-mb-px shrink-0 border-b-2 border-transparent px-2.5 text-sm text-muted focus-visible:outline-offset-[-2px] data-[state=active]:border-accent data-[state=active]:font-medium data-[state=active]:text-ink";
const page = "absolute inset-0 overflow-y-auto outline-none data-[state=inactive]:hidden";

/** What there is on a narrow desk. @param ready whether there is a terminal */
export function SheetTabs({ lab, ready }: { lab: Lab; ready: boolean }) {
	return (
		<Tabs.List aria-label="Desk" className="flex h-10 shrink-0 overflow-x-auto border-b border-hairline px-1.5">
			<Tabs.Trigger value="ticket" className={trigger}>
				Ticket
			</Tabs.Trigger>
			<Tabs.Trigger value="objectives" className={trigger}>
				Objectives{" "}
				{lab.objectives.length > 0 ? (
					<span className="font-normal text-muted tabular-nums">{passedWords(lab.objectives).replace(" of ", "/")}</span>
				) : null}
			</Tabs.Trigger>
			<Tabs.Trigger value="terminal" className={trigger}>
				{ready ? "Terminal" : "Lab"}
			</Tabs.Trigger>
			<Tabs.Trigger value="hints" className={trigger}>
				Hints
			</Tabs.Trigger>
			<Tabs.Trigger value="timeline" className={trigger}>
				Timeline
			</Tabs.Trigger>
		</Tabs.List>
	);
}

/** The sheets of a narrow desk but the terminal, which has its place on a desk of any width. */
export function Sheets({ lab, now, actions, askFirst }: Pick<DeskProps, "lab" | "now" | "actions" | "askFirst">) {
	return (
		<>
			<Tabs.Content value="ticket" data-sheet="ticket" className={page}>
				<Ticket lab={lab} />
			</Tabs.Content>
			<Tabs.Content value="objectives" data-sheet="objectives" className={page}>
				<CheckStatus lab={lab} now={now} onCheck={() => askFirst("check")} />
				<ObjectiveList objectives={lab.objectives} now={now} resting={lab.resting !== null} />
			</Tabs.Content>
			<Tabs.Content value="hints" data-sheet="hints" className={page}>
				<Hints lab={lab} actions={actions} onReveal={() => askFirst("reveal")} />
			</Tabs.Content>
			<Tabs.Content value="timeline" data-sheet="timeline" className={page}>
				<Timeline lab={lab} />
			</Tabs.Content>
		</>
	);
}
