"use client";
import { type ReactNode, useCallback, useEffect, useState } from "react";
import { Group, Panel, Separator, usePanelRef } from "react-resizable-panels";
import type { Lab } from "#lib/protocol/lab.ts";
import { CheckStatus } from "./check-status.tsx";
import { type DrawerTab, DrawerTabs } from "./drawer-tabs.tsx";
import { ObjectiveList } from "./objective-list.tsx";
import { passedWords } from "./objective-words.ts";
import { useSavedLayout } from "./saved-layout.ts";
import { Terminals, useSoloKey } from "./terminals.tsx";
import { Ticket } from "./ticket.tsx";
import type { LabActions } from "./use-actions.ts";
import type { Question } from "./use-questions.tsx";

export interface DeskProps {
	lab: Lab;
	now: number;
	actions: LabActions;
	askFirst: (question: Question) => void;
	/** Instead of the terminal: the stages of a lab that is not ready, or its failure. */
	instead: ReactNode;
	/** False while another page of the lab covers the desk. */
	visible: boolean;
	/** The terminal puts its output where screen readers find it. */
	screenReader: boolean;
	solo: boolean;
	onSolo: (solo: boolean) => void;
}

const bar =
	"relative bg-hairline transition-colors data-[separator=hover]:bg-accent data-[separator=active]:bg-accent data-[separator=focus]:bg-accent focus-visible:outline-none";

/** Ticket, objectives and help on the left, terminal on the right; panels keep the sizes the reader gave them. */
export function WideDesk({ lab, now, actions, askFirst, instead, visible, screenReader, solo, onSolo }: DeskProps) {
	const left = usePanelRef();
	const drawer = usePanelRef();
	const [folded, setFolded] = useState(false);
	const [tab, setTab] = useState<DrawerTab>("hints");
	const ready = instead === null;
	const toggleSolo = useCallback(() => ready && onSolo(!solo), [ready, onSolo, solo]);
	useSoloKey(toggleSolo, visible && ready);
	useEffect(() => {
		if (solo) left.current?.collapse();
		else left.current?.expand();
	}, [solo, left]);

	function fold() {
		if (folded) left.current?.expand();
		else left.current?.collapse();
	}

	return (
		<Group orientation="horizontal" id="desk" className="h-full" {...useSavedLayout("desk")}>
			<Panel
				id="papers"
				panelRef={left}
				defaultSize="36%"
				minSize="280px"
				collapsible
				collapsedSize={0}
				onResize={(size) => setFolded(size.inPixels < 1)}
			>
				<div className="h-full" inert={folded}>
					<Group orientation="vertical" id="papers-group" {...useSavedLayout("papers")}>
						<Panel id="ticket" defaultSize="38%" minSize="72px">
							<Ticket lab={lab} />
						</Panel>
						<Separator id="ticket-objectives" className={`${bar} h-px`} aria-label="Height of the ticket" />
						<Panel id="objectives" defaultSize="42%" minSize="96px">
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
						<Panel id="help" panelRef={drawer} defaultSize="20%" minSize="110px" collapsible collapsedSize="36px">
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
			<Panel id="terminal" minSize="320px">
				{instead ?? (
					<Terminals
						lab={lab}
						visible={visible}
						screenReader={screenReader}
						solo={{ on: solo, toggle: toggleSolo }}
						side={solo ? undefined : { folded, toggle: fold }}
					/>
				)}
			</Panel>
		</Group>
	);
}
