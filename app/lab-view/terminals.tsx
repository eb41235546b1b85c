"use client";
import { Maximize2, Minimize2, PanelLeftClose, PanelLeftOpen, Plus, X } from "lucide-react";
import dynamic from "next/dynamic";
import { Tabs } from "radix-ui";
import { type ReactNode, useEffect, useState } from "react";
import type { Lab } from "#lib/protocol/lab.ts";
import { buttonClass } from "#lib/ui/button.tsx";
import { cn } from "#lib/ui/cn.ts";
import { Kbd } from "#lib/ui/kbd.tsx";
import { closeShell, openShell } from "../browser-api.ts";
import { sayError } from "../say-error.ts";

const TerminalPane = dynamic(() => import("#lib/terminal/client/terminal-pane.tsx").then((module) => module.TerminalPane), { ssr: false });

export interface TerminalsProps {
	lab: Lab;
	/** False while the whole panel is out of sight; its shells go on. */
	visible: boolean;
	screenReader: boolean;
	onType: () => void;
	/** Terminal-only mode, and how it changes; absent where there is no such mode. */
	solo?: { on: boolean; toggle: () => void };
	/** The panel on the left, and how it folds. */
	side?: { folded: boolean; toggle: () => void };
}

/** The shells of a lab as tabs. A hidden tab stays connected, so that nothing of its output is lost. */
export function Terminals({ lab, visible, screenReader, onType, solo, side }: TerminalsProps) {
	const [chosen, setChosen] = useState<string | null>(null);
	const [opening, setOpening] = useState(false);
	const active = lab.shells.find((one) => one.id === chosen)?.id ?? lab.shells[0]?.id ?? "";

	async function add() {
		setOpening(true);
		try {
			setChosen(await openShell(lab.id));
		} catch (error) {
			sayError(error);
		} finally {
			setOpening(false);
		}
	}

	return (
		<Tabs.Root value={active} onValueChange={setChosen} className="flex h-full min-h-0 flex-col bg-[var(--terminal-background)]">
			<div className="flex h-9 shrink-0 items-stretch border-b border-hairline bg-paper pr-1">
				{side ? (
					<IconButton label={side.folded ? "Show ticket and objectives" : "Fold ticket and objectives"} onClick={side.toggle}>
						{side.folded ? <PanelLeftOpen className="size-4" aria-hidden /> : <PanelLeftClose className="size-4" aria-hidden />}
					</IconButton>
				) : null}
				<Tabs.List aria-label="Shells" className="flex min-w-0 items-stretch overflow-x-auto">
					{lab.shells.map((shell) => (
						<Tabs.Trigger
							key={shell.id}
							value={shell.id}
							className="border-r border-hairline px-3.5 font-mono text-xs text-muted hover:text-ink focus-visible:outline-offset-[-2px] data-[state=active]:bg-[var(--terminal-background)] data-[state=active]:text-ink data-[state=active]:shadow-[inset_0_2px_0_var(--accent)]"
						>
							{shell.title}
						</Tabs.Trigger>
					))}
				</Tabs.List>
				<IconButton label="Open another shell" onClick={() => void add()} disabled={opening}>
					<Plus className="size-4" aria-hidden />
				</IconButton>
				{lab.shells.length > 1 ? (
					<IconButton
						label={`Close shell ${lab.shells.find((one) => one.id === active)?.title ?? ""}`}
						onClick={() => void closeShell(lab.id, active).catch(sayError)}
					>
						<X className="size-4" aria-hidden />
					</IconButton>
				) : null}
				<span className="flex-1" />
				{solo ? (
					<button
						type="button"
						onClick={solo.toggle}
						aria-pressed={solo.on}
						className={cn(buttonClass({ tone: "ghost", size: "sm" }), "self-center text-xs")}
					>
						{solo.on ? <Minimize2 className="size-3.5" aria-hidden /> : <Maximize2 className="size-3.5" aria-hidden />}
						{solo.on ? "Back to the desk" : "Terminal only"} <Kbd>F8</Kbd>
					</button>
				) : null}
			</div>
			<div className="relative min-h-0 flex-1">
				{lab.shells.length === 0 ? <p className="p-4 text-sm text-muted">Opening a shell.</p> : null}
				{lab.shells.map((shell) => (
					<Tabs.Content
						key={shell.id}
						value={shell.id}
						forceMount
						tabIndex={-1}
						className="absolute inset-0 outline-none data-[state=inactive]:hidden"
					>
						<TerminalPane
							labId={lab.id}
							shellId={shell.id}
							label={`Terminal ${shell.title}`}
							visible={visible && shell.id === active}
							screenReaderMode={screenReader}
							onType={onType}
						/>
					</Tabs.Content>
				))}
			</div>
		</Tabs.Root>
	);
}

function IconButton({
	label,
	onClick,
	disabled,
	children,
}: {
	label: string;
	onClick: () => void;
	disabled?: boolean;
	children: ReactNode;
}) {
	return (
		<button
			type="button"
			aria-label={label}
			title={label}
			disabled={disabled}
			onClick={onClick}
			className={cn(buttonClass({ tone: "ghost", size: "icon" }), "w-9 self-center disabled:text-line")}
		>
			{children}
		</button>
	);
}

/**
 * One key for terminal-only mode, heard before the terminal.
 * @param on false where there is no terminal to be alone with
 */
export function useSoloKey(toggle: () => void, on: boolean): void {
	useEffect(() => {
		if (!on) return;
		const onKey = (event: KeyboardEvent) => {
			if (event.key !== "F8" || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
			event.preventDefault();
			event.stopPropagation();
			toggle();
		};
		window.addEventListener("keydown", onKey, { capture: true });
		return () => window.removeEventListener("keydown", onKey, { capture: true });
	}, [toggle, on]);
}
