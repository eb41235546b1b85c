"use client";
import { type Ref, useState } from "react";
import { Group, Panel, type PanelImperativeHandle, Separator, usePanelRef } from "react-resizable-panels";
import { CheckStatus } from "./check-status.tsx";
import type { DeskProps } from "./desk-props.ts";
import { type DrawerTab, DrawerTabs } from "./drawer-tabs.tsx";
import { ObjectiveList } from "./objective-list.tsx";
import { passedWords } from "./objective-words.ts";
import { useSavedLayout } from "./saved-layout.ts";
import { Ticket } from "./ticket.tsx";

interface PapersProps extends Pick<DeskProps, "lab" | "now" | "actions" | "askFirst"> {
	panelRef: Ref<PanelImperativeHandle | null>;
	/** Out of sight, by the reader's wish or for the terminal alone. */
	folded: boolean;
	onFolded: (folded: boolean) => void;
}

const bar =
	"relative bg-hairline transition-colors data-[separator=hover]:bg-accent data-[separator=active]:bg-accent data-[separator=focus]:bg-accent focus-visible:outline-none";

/** Ticket, objectives and help on the left of a wide desk; panels keep the sizes the reader gave them. */
export function Papers({ lab, now, actions, askFirst, panelRef, folded, onFolded }: PapersProps) {
	const drawer = usePanelRef();
	const [tab, setTab] = useState<DrawerTab>("hints");
	return (
		<>
			<Panel
				id="papers"
				panelRef={panelRef}
				defaultSize="36%"
				minSize="280px"
				collapsible
				collapsedSize={0}
				onResize={(size) => onFolded(size.inPixels < 1)}
			>
				<div className="h-full" inert={folded}>
					<Group orientation="vertical" id="papers-group" {...useSavedLayout("papers")}>
						<Panel id="ticket" data-sheet="ticket" defaultSize="38%" minSize="72px">
							<Ticket lab={lab} />
						</Panel>
						<Separator id="ticket-objectives" className={`${bar} h-px`} aria-label="Height of the ticket" />
						<Panel id="objectives" data-sheet="objectives" defaultSize="42%" minSize="96px">
							<section aria-labelledby="objectives-title" className="flex h-full flex-col">
								<h2 id="objectives-title" className="flex shrink-0 items-baseline justify-between px-4 pt-2.5 pb-1.5 text-sm font-semibold">
									Objectives
									{lab.objectives.length > 0 ? (
										<span className="font-normal text-muted tabular-nums">{passedWords(lab.objectives)} pass</span>
									) : null}
								</h2>
								<div className="min-h-0 flex-1 overflow-y-auto border-t border-hairline">
									<CheckStatus lab={lab} now={now} onCheck={() => askFirst("check")} />
									<ObjectiveList objectives={lab.objectives} now={now} resting={lab.resting !== null} />
								</div>
							</section>
						</Panel>
						<Separator id="objectives-help" className={`${bar} h-px`} aria-label="Height of the objectives" />
						<Panel id="help" data-sheet={tab} panelRef={drawer} defaultSize="20%" minSize="110px" collapsible collapsedSize="36px">
							<DrawerTabs
								lab={lab}
								actions={actions}
								value={tab}
								onValueChange={(next) => {
									setTab(next);
									drawer.current?.expand();
								}}
								onReveal={() => askFirst("reveal")}
							/>
						</Panel>
					</Group>
				</div>
			</Panel>
			<Separator id="papers-terminal" className={`${bar} w-px`} aria-label="Width of ticket and objectives" />
		</>
	);
}
