"use client";
import { useRouter } from "next/navigation";
import { useMemo } from "react";
import type { Lab } from "#lib/protocol/lab.ts";
import type { ScenarioSummary } from "#lib/protocol/scenario.ts";
import { type PaletteCommand, usePaletteCommands } from "#lib/ui/palette.tsx";
import { runningLabs } from "./running.ts";

/** The catalogue in the command palette: every open lab and every scenario by name. */
export function useCatalogueCommands(scenarios: readonly ScenarioSummary[], labs: readonly Lab[], start: (slug: string) => void): void {
	const router = useRouter();
	const commands = useMemo<PaletteCommand[]>(
		() => [
			...runningLabs(labs).map((lab) => ({
				id: `continue-${lab.id}`,
				group: "Continue",
				title: lab.title,
				run: () => router.push(`/labs/${lab.id}`),
			})),
			...scenarios.map((one) => ({
				id: `start-${one.slug}`,
				group: "Start a lab",
				title: one.title,
				keywords: [one.symptom, one.layer, ...one.tags],
				run: () => start(one.slug),
			})),
		],
		[labs, scenarios, router, start],
	);
	usePaletteCommands(commands);
}
