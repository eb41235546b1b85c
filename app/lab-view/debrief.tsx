"use client";
import { useEffect, useRef } from "react";
import type { Lab } from "#lib/protocol/lab.ts";
import type { ScenarioSummary } from "#lib/protocol/scenario.ts";
import { Button } from "#lib/ui/button.tsx";
import { formatDuration } from "#lib/ui/duration.ts";
import { LabelledPath } from "#lib/ui/labelled-path.tsx";
import { Markdown } from "#lib/ui/markdown.tsx";
import { layerNames } from "#lib/ui/request-path-geometry.ts";
import { VerdictMark } from "#lib/ui/verdict-mark.tsx";
import { NextUp } from "../catalogue/next-up.tsx";
import { useStart } from "../catalogue/use-start.ts";
import { solvingMs } from "./phase.ts";
import { Touched } from "./touched.tsx";

/** After solving or giving up: what was broken, how one could have seen it, and what to do next. */
export function Debrief({ lab, next, onBack }: { lab: Lab; next: ScenarioSummary | null; onBack: (() => void) | null }) {
	const heading = useRef<HTMLHeadingElement>(null);
	const { starting, start } = useStart();
	// The page has turned under the reader: the focus goes to its beginning.
	useEffect(() => heading.current?.focus({ preventScroll: true }), []);
	const took = solvingMs(lab);
	const solved = lab.solvedAt !== null;
	const workaround = !solved && lab.report?.repair === "workaround";
	return (
		<div className="h-full overflow-y-auto">
			<article className="mx-auto max-w-[46rem] px-5 pt-8 pb-24 sm:px-8">
				<LabelledPath layer={lab.layer} mended={solved} />
				<h2 ref={heading} tabIndex={-1} className="mt-7 flex items-center gap-2.5 text-xl font-semibold tracking-[-0.012em] outline-none">
					{solved ? <VerdictMark verdict="pass" className="size-5" /> : null}
					{solved ? `Solved: ${lab.title}` : `Debrief: ${lab.title}`}
				</h2>
				<dl className="mt-4 grid grid-cols-2 gap-y-2.5 border-y border-hairline py-3 text-sm sm:grid-cols-4 [&_dd]:font-[580] [&_dd]:tabular-nums [&_dt]:text-muted">
					<div>
						<dt>Result</dt>
						<dd>{solved ? "Repair" : workaround ? "Workaround" : "Not solved"}</dd>
					</div>
					<div>
						<dt>Points</dt>
						<dd>{lab.report ? `${lab.report.points} of ${lab.report.maxPoints}` : "none"}</dd>
					</div>
					<div>
						<dt>Time</dt>
						<dd>{took === null ? "–" : formatDuration(took)}</dd>
					</div>
					<div>
						<dt>Hints</dt>
						<dd>
							{lab.hintsShown.length} of {lab.hintsTotal}
						</dd>
					</div>
				</dl>
				<p className="mt-3 text-sm text-muted">
					{solved
						? `The fault was at ${layerNames[lab.layer]}. Your fix passed before and after pods were replaced.`
						: "The lab is still open: what follows can be tried there."}
				</p>
				<Markdown className="mt-6">{lab.debrief ?? ""}</Markdown>
				{lab.report && lab.report.objectives.length + lab.report.guards.length > 0 ? (
					<section aria-labelledby="checked" className="mt-10">
						<h3 id="checked" className="text-sm font-semibold text-muted">
							What was checked
						</h3>
						<ul className="mt-1.5 text-sm">
							{[...lab.report.objectives, ...lab.report.guards].map((one) => (
								<li key={one.id} className="flex gap-2.5 border-t border-hairline py-1.5 last:border-b">
									<VerdictMark verdict={one.verdict} label={one.verdict} className="mt-0.5" />
									{one.title}
								</li>
							))}
						</ul>
					</section>
				) : null}
				{lab.report ? (
					<section aria-labelledby="touched" className="mt-10">
						<h3 id="touched" className="mb-1.5 text-sm font-semibold text-muted">
							What was changed
						</h3>
						<Touched touched={lab.report.touched} />
					</section>
				) : null}
				<div className="mt-10">
					<NextUp scenario={next} starting={starting === next?.slug} disabled={starting !== null} onStart={start} />
				</div>
				{onBack ? (
					<Button className="mt-6" onClick={onBack}>
						Back to the terminal
					</Button>
				) : null}
			</article>
		</div>
	);
}
