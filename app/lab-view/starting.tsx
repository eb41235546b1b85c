"use client";
import type { Lab, Stage } from "#lib/protocol/lab.ts";
import { formatDuration } from "#lib/ui/duration.ts";
import { VerdictMark } from "#lib/ui/verdict-mark.tsx";
import { makingWords, stageShare, stageWords, unbegunWords } from "./stage-words.ts";

/** A lab on its way: which stage, for how long, of how much. */
export function Starting({ lab, now }: { lab: Lab; now: number }) {
	// A wait for room before it is not part of it, nor is what was made before the lab was asked for.
	const begunAt = Math.max(lab.createdAt, lab.stages[0]?.startedAt ?? 0);
	return (
		<section aria-labelledby="starting" className="mx-auto flex h-full w-full max-w-xl flex-col overflow-y-auto px-6 py-10 md:py-[12vh]">
			<div className="flex items-baseline justify-between gap-4">
				<h2 id="starting" className="text-lg font-semibold">
					Getting the lab ready
				</h2>
				<p className="text-sm text-muted tabular-nums">{formatDuration(now - begunAt)}</p>
			</div>
			<p className="mt-1 text-muted">{makingWords(lab)} The ticket can be read meanwhile.</p>
			<ol className="mt-6" aria-live="polite" aria-relevant="additions">
				{lab.stages.length === 0 ? <li className="py-2 text-muted">{unbegunWords(lab)}</li> : null}
				{lab.stages.map((stage) => (
					<StageLine key={`${stage.name} ${stage.startedAt}`} stage={stage} now={now} />
				))}
			</ol>
			<p className="mt-6 text-sm text-muted">This page may be closed: the lab goes on, and the catalogue leads back here.</p>
		</section>
	);
}

function StageLine({ stage, now }: { stage: Stage; now: number }) {
	const done = stage.endedAt !== null;
	const share = stageShare(stage, now);
	return (
		<li className="grid grid-cols-[16px_1fr_auto] items-center gap-x-3 border-t border-hairline py-2 last:border-b">
			{done ? <VerdictMark verdict="pass" label="Done" /> : <span aria-hidden className="mx-auto size-2 rounded-full bg-accent" />}
			<span className={done ? "text-muted" : "font-[580]"}>{stage.name}</span>
			<span className="text-sm text-muted tabular-nums">{stageWords(stage, now)}</span>
			{done ? null : (
				<span aria-hidden className="col-start-2 col-end-4 mt-1.5 h-[3px] overflow-hidden rounded-full bg-hairline">
					{share === null ? (
						<span className="block h-full w-1/4 animate-[travel_1600ms_linear_infinite] rounded-full bg-accent" />
					) : (
						<span
							className="block h-full origin-left rounded-full bg-accent transition-transform duration-1000 ease-linear"
							style={{ transform: `scaleX(${share})` }}
						/>
					)}
				</span>
			)}
		</li>
	);
}
