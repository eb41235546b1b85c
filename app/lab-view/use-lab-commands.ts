"use client";
import { useMemo } from "react";
import type { Lab } from "#lib/protocol/lab.ts";
import { type PaletteCommand, usePaletteCommands } from "#lib/ui/palette.tsx";
import type { View } from "./lab-header.tsx";
import { isCheckable, phaseOf } from "./phase.ts";
import type { LabActions } from "./use-actions.ts";
import type { Question } from "./use-questions.tsx";

/** Everything that the page of a lab can do, for the command palette. */
export function useLabCommands(
	lab: Lab,
	{
		actions,
		askFirst,
		onSolo,
		onView,
	}: {
		actions: LabActions;
		askFirst: (question: Question) => void;
		/** Null where the terminal is alone anyway. */
		onSolo: (() => void) | null;
		onView: (view: View) => void;
	},
): void {
	const phase = phaseOf(lab);
	const active = isCheckable(lab);
	const rests = lab.resting !== null;
	const debrief = lab.debrief !== null;
	const hints = lab.hintsTotal - lab.hintsShown.length;
	const { ask } = actions;
	const commands = useMemo<PaletteCommand[]>(() => {
		const list: PaletteCommand[] = [];
		const add = (id: string, title: string, run: () => void, more: Partial<PaletteCommand> = {}) =>
			list.push({ id, title, run, group: "This lab", ...more });
		if (active) add("check", "Check whether the fix lasts", () => askFirst("check"), { keywords: ["grade", "verify"] });
		if (active && hints > 0) add("hint", "Show the next hint", () => void ask("hint"));
		if (rests) add("wake", "Wake the lab", () => void ask("wake"), { keywords: ["continue", "thaw"] });
		if (phase === "open") {
			if (onSolo) add("solo", "Terminal only", onSolo, { keys: "F8", keywords: ["focus", "full"] });
			add("extend", "Extend the time", () => void ask("extend"));
			add("reset", "Reset to the broken state", () => askFirst("reset"));
			if (debrief) {
				add("debrief", "Read the debrief", () => onView("debrief"));
				add("terminal", "Back to the terminal", () => onView("desk"));
			} else add("reveal", "Give up and read the debrief", () => askFirst("reveal"));
		}
		if (phase !== "over") add("end", "End this lab", () => askFirst("end"), { keywords: ["stop", "remove"] });
		return list;
	}, [active, rests, hints, phase, debrief, ask, askFirst, onSolo, onView]);
	usePaletteCommands(commands);
}
