"use client";
import Link from "next/link";
import type { Lab, QueuePlace } from "#lib/protocol/lab.ts";
import { Button, buttonClass } from "#lib/ui/button.tsx";
import { cn } from "#lib/ui/cn.ts";
import { formatDuration } from "#lib/ui/duration.ts";
import { expectedWords, placeWords } from "#lib/ui/queue-words.ts";

/** More than fit in a line say nothing to the eye. */
const mostMarks = 24;

/** A lab that waits for room: its place, when it is likely to be ready, what it waits for, and how to get there sooner. */
export function Waiting({ lab, queue, now, onLeave }: { lab: Lab; queue: QueuePlace; now: number; onLeave: () => void }) {
	return (
		<section aria-labelledby="waiting" className="mx-auto flex h-full w-full max-w-xl flex-col overflow-y-auto px-6 py-10 md:py-[12vh]">
			<div className="flex items-baseline justify-between gap-4">
				<h2 id="waiting" className="text-lg font-semibold">
					Waiting for room
				</h2>
				<p className="text-sm text-muted tabular-nums">{formatDuration(now - lab.createdAt)}</p>
			</div>
			<p className="mt-1 text-muted">The lab starts by itself when its turn comes, and its time does not run until then.</p>
			{queue.of <= mostMarks ? <Line {...queue} /> : null}
			<dl className="mt-6 border-y border-hairline tabular-nums [&>div]:grid [&>div]:grid-cols-[5.5rem_1fr] [&>div]:gap-3 [&>div]:py-2.5 [&>div+div]:border-t [&>div+div]:border-hairline [&_dt]:text-muted">
				<div>
					<dt>Position</dt>
					<dd className="font-[580]">{placeWords(queue)}</dd>
				</div>
				<div>
					<dt>Expected</dt>
					<dd className="font-[580]">{expectedWords(queue, now)}</dd>
				</div>
				<div>
					<dt>Waits for</dt>
					<dd className="min-w-0">{queue.reason}</dd>
				</div>
			</dl>
			<p className="mt-4 text-sm text-muted">
				{queue.expectedAt === null ? null : "The time is an estimate: less where somebody ends a lab sooner. "}
				Everybody's first lab comes before anybody's second. The ticket can be read meanwhile, and this page may be closed: the place is
				kept.
			</p>
			<div className="mt-5 flex flex-wrap gap-2">
				<Link href="/" className={buttonClass({ tone: "quiet" })}>
					End another lab of yours
				</Link>
				<Button tone="ghost" onClick={onLeave}>
					Leave the queue
				</Button>
			</div>
		</section>
	);
}

/** The queue as a line of places, the next first. */
function Line({ position, of }: QueuePlace) {
	return (
		<div aria-hidden className="mt-6 flex items-center gap-1.5">
			{Array.from({ length: of }, (_, index) => index + 1).map((place) => (
				<span
					key={place}
					className={cn(
						"h-2 min-w-2 flex-1 rounded-full",
						place < position && "bg-line",
						place === position && "bg-accent",
						place > position && "border border-line/60",
					)}
				/>
			))}
		</div>
	);
}
