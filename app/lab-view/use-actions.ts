"use client";
import { useCallback, useMemo, useState } from "react";
import { askLab, gradeLab, type LabAction } from "../browser-api.ts";
import { sayError } from "../say-error.ts";

export interface LabActions {
	/** What has been asked and not been answered yet. */
	busy: ReadonlySet<LabAction | "grade">;
	/** Asks the engine; what comes of it arrives with the lab's events. True where the engine agreed. */
	ask: (action: LabAction | "grade") => Promise<boolean>;
}

export function useActions(labId: string): LabActions {
	const [busy, setBusy] = useState<ReadonlySet<LabAction | "grade">>(new Set());
	const ask = useCallback(
		async (action: LabAction | "grade") => {
			setBusy((before) => new Set(before).add(action));
			try {
				await (action === "grade" ? gradeLab(labId) : askLab(labId, action));
				return true;
			} catch (error) {
				sayError(error);
				return false;
			} finally {
				setBusy((before) => new Set([...before].filter((one) => one !== action)));
			}
		},
		[labId],
	);
	return useMemo(() => ({ busy, ask }), [busy, ask]);
}
