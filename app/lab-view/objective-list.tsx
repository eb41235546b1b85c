"use client";
import { ChevronRight } from "lucide-react";
import { Collapsible } from "radix-ui";
import { type CSSProperties, useEffect, useRef, useState } from "react";
import type { Evidence, ObjectiveResult } from "#lib/protocol/report.ts";
import { formatRough } from "#lib/ui/duration.ts";
import { SampleStrip } from "#lib/ui/sample-strip.tsx";
import { VerdictMark } from "#lib/ui/verdict-mark.tsx";
import { objectiveLine, unprovenShare, verdictWords } from "./objective-words.ts";

/** The objectives in the user's words; each opens to what it rests on. */
export function ObjectiveList({
	objectives,
	now,
	resting = false,
}: {
	objectives: readonly ObjectiveResult[];
	now: number;
	/** Nothing is tried while the lab rests. */
	resting?: boolean;
}) {
	if (objectives.length === 0) {
		return (
			<p className="px-4 py-3 text-sm text-muted">
				{resting
					? "What has to work again stands here when the lab is awake. While it rests nothing is tried."
					: "What has to work again stands here as soon as the lab is ready. It is tried all the time, from where the users are."}
			</p>
		);
	}
	return (
		<ul aria-label="Objectives">
			{objectives.map((one) => (
				<Objective key={one.id} objective={one} now={now} />
			))}
		</ul>
	);
}

function Objective({ objective, now }: { objective: ObjectiveResult; now: number }) {
	const [open, setOpen] = useState(false);
	const turned = useTurned(objective.verdict);
	const line = objectiveLine(objective);
	return (
		<li className="border-b border-hairline last:border-b-0">
			<Collapsible.Root open={open} onOpenChange={setOpen}>
				<Collapsible.Trigger className="group relative isolate flex w-full items-start gap-2.5 px-4 py-2 text-left hover:bg-sunken focus-visible:outline-offset-[-2px]">
					{turned > 0 ? (
						<span
							key={turned}
							aria-hidden
							className="absolute inset-0 -z-10 animate-[turned_1200ms_ease-out]"
							style={{ "--wash": `var(--${objective.verdict}-wash)` } as CSSProperties}
						/>
					) : null}
					<VerdictMark verdict={objective.verdict} share={unprovenShare(objective)} className="mt-1" />
					<span className="min-w-0 flex-1">
						<span className="block">
							{objective.title}
							<span className="sr-only">: {verdictWords(objective.verdict)}</span>
						</span>
						{line ? <span className="block text-sm text-muted tabular-nums">{line}</span> : null}
					</span>
					<span className="mt-0.5 text-xs text-muted tabular-nums">
						{objective.points}/{objective.maxPoints}
						<span className="sr-only"> points</span>
					</span>
					<ChevronRight className="mt-1 size-4 text-muted transition-transform group-data-[state=open]:rotate-90" aria-hidden />
				</Collapsible.Trigger>
				<Collapsible.Content className="space-y-3 pt-1 pr-4 pb-3 pl-[42px]">
					{objective.verdict === "error" ? (
						<p className="text-sm text-error">
							This is a problem of Faultline's own. It does not count against you, and it is tried again.
						</p>
					) : null}
					{objective.evidence.map((one, index) => (
						// biome-ignore lint/suspicious/noArrayIndexKey: two vantages may say the same; their order is the scenario's
						<Seen key={`${index} ${one.from}`} evidence={one} />
					))}
					{objective.evidence.length === 0 ? (
						<p className="text-sm text-muted">{objective.message || "Nothing has been seen yet."}</p>
					) : null}
					{objective.waitsFor ? <p className="text-sm text-muted">Waiting for {objective.waitsFor}</p> : null}
					{objective.since ? <p className="text-xs text-muted tabular-nums">So for {formatRough(now - objective.since)}</p> : null}
				</Collapsible.Content>
			</Collapsible.Root>
		</li>
	);
}

/** What one vantage saw. */
export function Seen({ evidence }: { evidence: Evidence }) {
	return (
		<div>
			<dl className="grid grid-cols-[4.75rem_1fr] gap-x-3 gap-y-0.5 text-sm [&_dd]:min-w-0 [&_dd]:break-words [&_dt]:text-muted">
				<dt>Expected</dt>
				<dd>{evidence.expected}</dd>
				<dt>Observed</dt>
				<dd>{evidence.observed}</dd>
				<dt>From</dt>
				<dd className="font-mono text-xs leading-5">{evidence.from}</dd>
				<dt>Samples</dt>
				<dd className="flex flex-wrap items-center gap-x-3 tabular-nums">
					{evidence.samples}
					<SampleStrip samples={evidence.strip} />
				</dd>
			</dl>
		</div>
	);
}

/** Counts how often a value has turned since it was first shown. */
function useTurned(value: string): number {
	const before = useRef(value);
	const [turned, setTurned] = useState(0);
	useEffect(() => {
		if (before.current === value) return;
		before.current = value;
		setTurned((count) => count + 1);
	}, [value]);
	return turned;
}
