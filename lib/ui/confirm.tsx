"use client";
import { AlertDialog } from "radix-ui";
import type { ReactNode } from "react";
import { buttonClass } from "./button.tsx";

export const overlayClass = "fixed inset-0 z-40 bg-[oklch(0.15_0.01_258/0.45)] animate-[appear_120ms]";
export const floatClass = "rounded-[10px] border border-hairline bg-raised text-ink shadow-float animate-[appear_120ms]";

/** Asks before something that cannot be undone or that disturbs. The way back has the focus first. */
export function Confirm({
	open,
	onOpenChange,
	title,
	children,
	confirm,
	cancel = "Not now",
	tone = "primary",
	onConfirm,
}: {
	open: boolean;
	onOpenChange: (open: boolean) => void;
	title: string;
	children: ReactNode;
	/** The word on the button: what it does. */
	confirm: string;
	cancel?: string;
	tone?: "primary" | "danger";
	onConfirm: () => void;
}) {
	return (
		<AlertDialog.Root open={open} onOpenChange={onOpenChange}>
			<AlertDialog.Portal>
				<AlertDialog.Overlay className={overlayClass} />
				<AlertDialog.Content
					role={tone === "danger" ? "alertdialog" : "dialog"}
					className={`${floatClass} fixed top-[18vh] left-1/2 z-50 max-h-[75vh] w-[min(29rem,calc(100vw-2rem))] -translate-x-1/2 overflow-y-auto p-5`}
				>
					<AlertDialog.Title className="text-lg font-semibold">{title}</AlertDialog.Title>
					<AlertDialog.Description asChild>
						<div className="mt-2 space-y-3 text-base text-muted">{children}</div>
					</AlertDialog.Description>
					<div className="mt-5 flex justify-end gap-2">
						<AlertDialog.Cancel className={buttonClass({ tone: "quiet" })}>{cancel}</AlertDialog.Cancel>
						<AlertDialog.Action className={buttonClass({ tone })} onClick={onConfirm}>
							{confirm}
						</AlertDialog.Action>
					</div>
				</AlertDialog.Content>
			</AlertDialog.Portal>
		</AlertDialog.Root>
	);
}
