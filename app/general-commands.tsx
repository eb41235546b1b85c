"use client";
import { useRouter } from "next/navigation";
import { useTheme } from "next-themes";
import { useMemo } from "react";
import { type PaletteCommand, usePaletteCommands } from "#lib/ui/palette.tsx";
import { themes } from "#lib/ui/theme.tsx";

/** What the command palette offers on every page. */
export function GeneralCommands() {
	const router = useRouter();
	const { setTheme } = useTheme();
	const commands = useMemo<PaletteCommand[]>(
		() => [
			{ id: "go-catalogue", group: "Go to", title: "Catalogue", keywords: ["home", "labs", "scenarios"], run: () => router.push("/") },
			...themes.map(({ value, label }) => ({
				id: `theme-${value}`,
				group: "Theme",
				title: `Theme: ${label.toLowerCase()}`,
				keywords: ["colour", "appearance"],
				run: () => setTheme(value),
			})),
		],
		[router, setTheme],
	);
	usePaletteCommands(commands);
	return null;
}
