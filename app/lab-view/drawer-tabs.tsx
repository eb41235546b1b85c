"use client";
import { Tabs } from "radix-ui";
import type { Lab } from "#lib/protocol/lab.ts";
import { Hints } from "./hints.tsx";
import { Timeline } from "./timeline.tsx";
import type { LabActions } from "./use-actions.ts";

export type DrawerTab = "hints" | "timeline";

const trigger =
	"-mb-px border-b-2 border-transparent px-1 text-sm text-muted hover:text-ink focus-visible:outline-offset-[-2px] data-[state=active]:border-accent data-[state=active]:font-medium data-[state=active]:text-ink";

/** Hints and timeline, below the objectives. */
export function DrawerTabs({
	lab,
	actions,
	value,
	onValueChange,
	onReveal,
}: {
	lab: Lab;
	actions: LabActions;
	value: DrawerTab;
	onValueChange: (value: DrawerTab) => void;
	onReveal: () => void;
}) {
	return (
		<Tabs.Root value={value} onValueChange={(next) => onValueChange(next as DrawerTab)} className="flex h-full min-h-0 flex-col">
			<Tabs.List aria-label="Help" className="flex h-9 shrink-0 gap-4 border-b border-hairline px-4">
				<Tabs.Trigger value="hints" className={trigger} onClick={() => onValueChange("hints")}>
					Hints{" "}
					<span className="font-normal text-muted tabular-nums">
						{lab.hintsShown.length}/{lab.hintsTotal}
					</span>
				</Tabs.Trigger>
				<Tabs.Trigger value="timeline" className={trigger} onClick={() => onValueChange("timeline")}>
					Timeline
				</Tabs.Trigger>
			</Tabs.List>
			<Tabs.Content value="hints" className="min-h-0 flex-1 overflow-y-auto outline-none">
				<Hints lab={lab} actions={actions} onReveal={onReveal} />
			</Tabs.Content>
			<Tabs.Content value="timeline" className="min-h-0 flex-1 overflow-y-auto outline-none">
				<Timeline lab={lab} />
			</Tabs.Content>
		</Tabs.Root>
	);
}
