import Link from "next/link";
import type { ReactNode } from "react";
import { PaletteButton } from "#lib/ui/palette-button.tsx";
import { ThemeToggle } from "#lib/ui/theme.tsx";

/** The product's name: a line that has slipped. */
export function Wordmark() {
	return (
		<Link href="/" className="inline-flex items-center gap-2 rounded-[4px] font-semibold tracking-[-0.01em]">
			<svg viewBox="0 0 26 16" width="26" height="16" fill="none" strokeWidth="1.8" strokeLinecap="round" aria-hidden="true">
				<path d="M1 5.5h9M16 10.5h9" stroke="currentColor" />
				<path d="M15.2 1.5 10.8 14.5" className="stroke-accent" />
			</svg>
			Faultline
		</Link>
	);
}

export function Masthead({ children }: { children?: ReactNode }) {
	return (
		<header className="border-b border-hairline">
			<div className="mx-auto flex h-13 max-w-5xl items-center gap-3 px-4 sm:px-6">
				<Wordmark />
				<div className="flex-1">{children}</div>
				<PaletteButton />
				<ThemeToggle />
			</div>
		</header>
	);
}
