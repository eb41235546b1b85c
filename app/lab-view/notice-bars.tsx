"use client";
import { useEffect, useState } from "react";
import type { Lab } from "#lib/protocol/lab.ts";
import { Button } from "#lib/ui/button.tsx";
import { formatDuration } from "#lib/ui/duration.ts";
import { keptWords, timeLeft } from "./time-left.ts";
import type { LabActions } from "./use-actions.ts";

/** A connection that comes back within this time is not spoken of. */
const graceMs = 2000;

/** Says that what is shown may be old. */
export function ConnectionBar({ live }: { live: boolean }) {
	const [shown, setShown] = useState(false);
	useEffect(() => {
		if (live) return setShown(false);
		const timer = setTimeout(() => setShown(true), graceMs);
		return () => clearTimeout(timer);
	}, [live]);
	if (!shown) return null;
	return (
		<p role="status" className="shrink-0 border-b border-hairline bg-error-wash px-4 py-1.5 text-sm">
			The connection to Faultline is lost. The lab and its shells go on; this page reconnects by itself.
		</p>
	);
}

/** Below ten minutes: what happens at the end, and how to put it off. */
export function TimeBar({ lab, now }: { lab: Lab; now: number }) {
	const left = timeLeft(lab.expiresAt, now);
	const soon = left?.soon ?? false;
	if (!soon || lab.state === "solved" || lab.resting) return null;
	return (
		<div
			role="status"
			className="flex shrink-0 flex-wrap items-center gap-x-4 gap-y-1 border-b border-hairline bg-unproven-wash px-4 py-1.5 text-sm"
		>
			<p className="flex-1">
				{left?.over ? "The time is up." : "The lab ends soon."} Kept: your progress, hints and timeline. Removed: the cluster, and what runs
				in its shells. Extend puts it off.
			</p>
		</div>
	);
}

/**
 * Says that the lab rests, how it wakes, and what holds meanwhile.
 * @param wakingSince as this page knows; null where nobody wakes it
 */
export function RestBar({ lab, now, actions, wakingSince }: { lab: Lab; now: number; actions: LabActions; wakingSince: number | null }) {
	if (!lab.resting) return null;
	const waking = wakingSince !== null || actions.busy.has("wake");
	return (
		<div
			role="status"
			className="flex shrink-0 flex-wrap items-center gap-x-4 gap-y-1 border-b border-hairline bg-sunken px-4 py-1 text-sm text-muted"
		>
			<p className="flex-1">
				{waking ? (
					<>
						<span className="text-ink">
							Waking
							{/* For eyes only: a screen reader is told once. */}
							{wakingSince === null ? null : <span aria-hidden="true"> · {formatDuration(now - wakingSince)}</span>}
						</span>
						. Shells and cluster go on where they stood; what you type now waits for them.
					</>
				) : (
					<>
						<span className="text-ink">Resting. Press a key in the terminal to wake it.</span> Nothing is lost: shells and cluster stand
						still, and so does the time. {keptWords(lab.resting.keptUntil, now)}
					</>
				)}
			</p>
			<Button size="sm" disabled={waking} onClick={() => void actions.ask("wake")}>
				{waking ? "Waking" : "Wake"}
			</Button>
		</div>
	);
}
