"use client";
import { useEffect, useState } from "react";
import type { Lab, TimelineEvent } from "#lib/protocol/lab.ts";
import { formatClock } from "#lib/ui/duration.ts";
import { timelineSince } from "../browser-api.ts";

const kinds: Record<TimelineEvent["kind"], string> = {
	state: "Lab",
	stage: "Stage",
	objective: "Objective",
	check: "Check",
	hint: "Hint",
	shell: "Shell",
	object: "Change",
	note: "Note",
};

/** What happened in this attempt, newest first; fetched while it is looked at. */
export function Timeline({ lab }: { lab: Lab }) {
	const [events, setEvents] = useState<readonly TimelineEvent[] | null>(null);
	const newest = events?.at(-1)?.seq ?? 0;
	// biome-ignore lint/correctness/useExhaustiveDependencies: a new state of the lab is what may have added events
	useEffect(() => {
		let gone = false;
		timelineSince(lab.id, newest).then(
			(more) => {
				if (!gone) setEvents((before) => joined(before ?? [], more));
			},
			// The list as it stands is still true; the next change of the lab asks again.
			() => {},
		);
		return () => {
			gone = true;
		};
	}, [lab]);
	if (events === null) return null;
	if (events.length === 0) return <p className="px-4 py-3 text-sm text-muted">What you do and what comes of it is listed here.</p>;
	return (
		<ol className="px-4 py-2 text-sm">
			{events.toReversed().map((event) => (
				<li key={event.seq} className="grid grid-cols-[4.25rem_4.75rem_1fr] gap-2 border-b border-hairline py-1 last:border-b-0">
					<time dateTime={new Date(event.at).toISOString()} className="text-muted tabular-nums">
						{formatClock(event.at)}
					</time>
					<span className="text-muted">{kinds[event.kind]}</span>
					<span className="min-w-0 break-words">{event.text}</span>
				</li>
			))}
		</ol>
	);
}

function joined(before: readonly TimelineEvent[], more: readonly TimelineEvent[]): readonly TimelineEvent[] {
	const last = before.at(-1)?.seq ?? 0;
	const fresh = more.filter((event) => event.seq > last);
	return fresh.length === 0 && before.length > 0 ? before : [...before, ...fresh];
}
