"use client";
import { Tabs } from "radix-ui";
import { useState } from "react";
import { CheckStatus } from "./check-status.tsx";
import { Hints } from "./hints.tsx";
import { ObjectiveList } from "./objective-list.tsx";
import { passedWords } from "./objective-words.ts";
import { Terminals } from "./terminals.tsx";
import { Ticket } from "./ticket.tsx";
import { Timeline } from "./timeline.tsx";
import type { DeskProps } from "./wide-desk.tsx";

const trigger =
	"-mb-px shrink-0 border-b-2 border-transparent px-2.5 text-sm text-muted focus-visible:outline-offset-[-2px] data-[state=active]:border-accent data-[state=active]:font-medium data-[state=active]:text-ink";
const page = "absolute inset-0 overflow-y-auto outline-none data-[state=inactive]:hidden";

/** The same desk where there is no room beside each other: one sheet at a time. */
export function NarrowDesk({ lab, now, actions, askFirst, instead, visible, screenReader }: DeskProps) {
	const [tab, setTab] = useState(instead ? "terminal" : "ticket");
	return (
		<Tabs.Root value={tab} onValueChange={setTab} className="flex h-full flex-col">
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
					{instead ? "Lab" : "Terminal"}
				</Tabs.Trigger>
				<Tabs.Trigger value="hints" className={trigger}>
					Hints
				</Tabs.Trigger>
				<Tabs.Trigger value="timeline" className={trigger}>
					Timeline
				</Tabs.Trigger>
			</Tabs.List>
			<div className="relative min-h-0 flex-1">
				<Tabs.Content value="ticket" className={page}>
					<Ticket lab={lab} />
				</Tabs.Content>
				<Tabs.Content value="objectives" className={page}>
					<CheckStatus lab={lab} now={now} onCheck={() => askFirst("check")} />
					<ObjectiveList objectives={lab.objectives} now={now} resting={lab.resting !== null} />
				</Tabs.Content>
				<Tabs.Content value="terminal" forceMount className={page}>
					{instead ?? <Terminals lab={lab} visible={visible && tab === "terminal"} screenReader={screenReader} />}
				</Tabs.Content>
				<Tabs.Content value="hints" className={page}>
					<Hints lab={lab} actions={actions} onReveal={() => askFirst("reveal")} />
				</Tabs.Content>
				<Tabs.Content value="timeline" className={page}>
					<Timeline lab={lab} />
				</Tabs.Content>
			</div>
		</Tabs.Root>
	);
}
