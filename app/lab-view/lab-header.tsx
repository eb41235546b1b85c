"use client";
import { Check, Ellipsis } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import type { Lab } from "#lib/protocol/lab.ts";
import { Button, buttonClass } from "#lib/ui/button.tsx";
import { cn } from "#lib/ui/cn.ts";
import { floatClass } from "#lib/ui/confirm.tsx";
import { PaletteButton } from "#lib/ui/palette-button.tsx";
import { RequestPath } from "#lib/ui/request-path.tsx";
import { layerNames } from "#lib/ui/request-path-geometry.ts";
import { ThemeToggle } from "#lib/ui/theme.tsx";
import { Wordmark } from "../masthead.tsx";
import { isCheckable, isSolved, type Phase } from "./phase.ts";
import { startingLine } from "./stage-words.ts";
import { timeLeft } from "./time-left.ts";
import type { LabActions } from "./use-actions.ts";
import type { Question } from "./use-questions.tsx";

export type View = "desk" | "debrief";

interface HeaderProps {
	lab: Lab;
	phase: Phase;
	now: number;
	actions: LabActions;
	askFirst: (question: Question) => void;
	view: View;
	onView: (view: View) => void;
	narrow: boolean;
	screenReader: boolean;
	onScreenReader: (on: boolean) => void;
}

/** Title, layer, seed; time left and what one can ask of the lab. */
export function LabHeader({ lab, phase, now, actions, askFirst, view, onView, narrow, screenReader, onScreenReader }: HeaderProps) {
	const left = phase === "open" ? timeLeft(lab.expiresAt, lab.resting?.since ?? now) : null;
	const checking = lab.checking !== null || actions.busy.has("grade");
	const solved = isSolved(lab);
	return (
		<header className="flex min-h-13 shrink-0 flex-wrap items-center gap-x-4 gap-y-1 border-b border-hairline px-3 py-1.5 min-[900px]:px-4">
			<span className="[&_a]:gap-0 [&_a]:text-[0px]">
				<Wordmark />
			</span>
			<div className="flex min-w-0 flex-1 items-center gap-4">
				<h1 className="truncate font-semibold tracking-[-0.006em]">{lab.title}</h1>
				<RequestPath layer={lab.layer} mended={solved} size="head" className="max-[1279px]:hidden" />
				<RequestPath layer={lab.layer} mended={solved} size="mark" className="max-[899px]:hidden min-[1280px]:hidden" />
				<p className="text-xs whitespace-nowrap text-muted max-[899px]:hidden">
					{layerNames[lab.layer]} · <span className="tabular-nums">seed {lab.seed}</span>
				</p>
			</div>
			<div className="flex items-center gap-1.5 max-[899px]:order-last max-[899px]:w-full max-[899px]:justify-between">
				{left ? (
					<span className="flex items-center gap-1.5">
						<span className={cn("text-sm whitespace-nowrap tabular-nums", left.soon ? "font-semibold text-unproven" : "text-muted")}>
							{left.text} left
						</span>
						<Button
							size="sm"
							tone={left.soon ? "quiet" : "ghost"}
							disabled={actions.busy.has("extend")}
							onClick={() => void actions.ask("extend")}
						>
							Extend
						</Button>
					</span>
				) : (
					<span className="truncate text-sm text-muted tabular-nums">{narrow && phase === "starting" ? startingLine(lab, now) : null}</span>
				)}
				<span className="flex items-center gap-1.5">
					{phase === "open" && lab.debrief !== null ? (
						<Button size="sm" onClick={() => onView(view === "desk" ? "debrief" : "desk")}>
							{view === "desk" ? "Debrief" : "Terminal"}
						</Button>
					) : null}
					{phase === "open" && !solved ? (
						<Button size="sm" tone="primary" disabled={checking || !isCheckable(lab)} onClick={() => askFirst("check")}>
							{checking ? "Checking" : "Check"}
						</Button>
					) : null}
					{phase === "over" ? null : (
						<Button size="sm" disabled={actions.busy.has("stop")} onClick={() => askFirst("end")}>
							End
						</Button>
					)}
				</span>
			</div>
			<div className="flex items-center">
				{phase === "open" ? <More {...{ lab, actions, askFirst, screenReader, onScreenReader }} /> : null}
				<PaletteButton compact />
				<ThemeToggle />
			</div>
		</header>
	);
}

const item =
	"flex h-8 cursor-default items-center rounded-[4px] px-2 text-sm outline-none data-[disabled]:text-muted data-[highlighted]:bg-sunken";

function More({
	lab,
	actions,
	askFirst,
	screenReader,
	onScreenReader,
}: Pick<HeaderProps, "lab" | "actions" | "askFirst" | "screenReader" | "onScreenReader">) {
	const checking = lab.checking !== null;
	return (
		<DropdownMenu.Root>
			<DropdownMenu.Trigger className={buttonClass({ tone: "ghost", size: "icon" })} aria-label="More about this lab">
				<Ellipsis className="size-4" aria-hidden />
			</DropdownMenu.Trigger>
			<DropdownMenu.Portal>
				<DropdownMenu.Content align="end" sideOffset={6} className={`${floatClass} z-50 min-w-52 p-1`}>
					<DropdownMenu.CheckboxItem className={item} checked={screenReader} onCheckedChange={onScreenReader}>
						<span className="flex-1">Screen reader mode</span>
						<DropdownMenu.ItemIndicator>
							<Check className="size-4" aria-hidden />
						</DropdownMenu.ItemIndicator>
					</DropdownMenu.CheckboxItem>
					<DropdownMenu.Separator className="my-1 h-px bg-hairline" />
					<DropdownMenu.Item className={item} disabled={checking || actions.busy.has("reset")} onSelect={() => askFirst("reset")}>
						Reset to the broken state
					</DropdownMenu.Item>
					{lab.debrief === null ? (
						<DropdownMenu.Item className={item} onSelect={() => askFirst("reveal")}>
							Give up and read the debrief
						</DropdownMenu.Item>
					) : null}
				</DropdownMenu.Content>
			</DropdownMenu.Portal>
		</DropdownMenu.Root>
	);
}
