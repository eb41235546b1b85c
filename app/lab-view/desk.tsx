"use client";
import { Tabs } from "radix-ui";
import { type FocusEvent, useCallback, useEffect, useState } from "react";
import { Group, Panel, usePanelRef } from "react-resizable-panels";
import type { DeskProps } from "./desk-props.ts";
import { Papers } from "./papers.tsx";
import { useSavedLayout } from "./saved-layout.ts";
import { type Sheet, Sheets, SheetTabs, sheetOf } from "./sheets.tsx";
import { Terminals, useSoloKey } from "./terminals.tsx";

/** What makes the terminal's place a tab's page, taken off it where there are no tabs. */
const noTab = { role: undefined, "aria-labelledby": undefined, tabIndex: undefined };

/**
 * Ticket, objectives and help beside the terminal, or where there is no room for that one sheet at a time. What is around
 * the terminal comes and goes with the width; the terminal stays the same element in the same place of the tree. Made anew
 * it would be another connection: keys typed meanwhile would be lost, and a resting lab would wake for nobody.
 */
export function Desk(props: DeskProps) {
	const { lab, now, actions, askFirst, instead, visible, narrow, screenReader, solo, onSolo, onType } = props;
	const left = usePanelRef();
	const [folded, setFolded] = useState(false);
	const [sheet, setSheet] = useState<Sheet>(instead ? "terminal" : "ticket");
	const ready = instead === null;
	const toggleSolo = useCallback(() => ready && onSolo(!solo), [ready, onSolo, solo]);
	useSoloKey(toggleSolo, visible && ready && !narrow);
	useEffect(() => {
		if (solo) left.current?.collapse();
		else left.current?.expand();
	}, [solo, left]);

	function fold() {
		if (folded) left.current?.expand();
		else left.current?.collapse();
	}

	/** A page that becomes narrow under somebody's hands shows what they have in them. */
	function follow(event: FocusEvent) {
		const focused = sheetOf(event.target);
		if (focused) setSheet(focused);
	}

	const sheets = { lab, now, actions, askFirst };
	return (
		<Tabs.Root value={sheet} onValueChange={(next) => setSheet(next as Sheet)} onFocus={follow} className="flex h-full flex-col">
			{narrow ? <SheetTabs lab={lab} ready={ready} /> : null}
			<div className="relative min-h-0 flex-1">
				{narrow ? <Sheets {...sheets} /> : null}
				{/* Panels keep touches for dragging; where there is nothing to drag a touch is the page's own. */}
				<Group orientation="horizontal" id="desk" className={narrow ? "touch-auto!" : undefined} {...useSavedLayout("desk")}>
					{narrow ? null : <Papers {...sheets} panelRef={left} folded={folded} onFolded={setFolded} />}
					<Panel id="terminal" minSize="320px" className={narrow ? "touch-auto!" : undefined}>
						<Tabs.Content
							value="terminal"
							forceMount
							data-sheet="terminal"
							className={`h-full outline-none ${narrow ? "data-[state=inactive]:hidden" : ""}`}
							{...(narrow ? {} : noTab)}
						>
							{instead ?? (
								<Terminals
									lab={lab}
									visible={visible && (!narrow || sheet === "terminal")}
									screenReader={screenReader}
									onType={onType}
									solo={narrow ? undefined : { on: solo, toggle: toggleSolo }}
									side={narrow || solo ? undefined : { folded, toggle: fold }}
								/>
							)}
						</Tabs.Content>
					</Panel>
				</Group>
			</div>
		</Tabs.Root>
	);
}
