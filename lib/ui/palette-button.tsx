"use client";
import { Command as CommandIcon } from "lucide-react";
import { buttonClass } from "./button.tsx";
import { Kbd } from "./kbd.tsx";
import { useOpenPalette } from "./palette.tsx";

export function PaletteButton({ compact = false }: { compact?: boolean }) {
	const open = useOpenPalette();
	if (compact) {
		return (
			<button type="button" onClick={open} className={buttonClass({ tone: "ghost", size: "icon" })} aria-label="Commands (Ctrl+K)">
				<CommandIcon className="size-4" aria-hidden />
			</button>
		);
	}
	return (
		<button type="button" onClick={open} className={buttonClass({ tone: "ghost" })}>
			Commands <Kbd className="max-sm:hidden">Ctrl K</Kbd>
		</button>
	);
}
