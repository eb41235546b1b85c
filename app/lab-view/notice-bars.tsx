"use client";
import { useEffect, useState } from "react";
import type { Lab } from "#lib/protocol/lab.ts";
import { timeLeft } from "./time-left.ts";

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
	if (!soon || lab.state === "solved") return null;
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
