"use client";
import type { Lab } from "#lib/protocol/lab.ts";
import { Button } from "#lib/ui/button.tsx";
import { Markdown } from "#lib/ui/markdown.tsx";
import type { LabActions } from "./use-actions.ts";

/** Hints in tiers, one at a time; how many were taken is said in the debrief. */
export function Hints({ lab, actions, onReveal }: { lab: Lab; actions: LabActions; onReveal: () => void }) {
	const next = lab.hintsShown.length + 1;
	const left = lab.hintsTotal - lab.hintsShown.length;
	const open = lab.state === "active";
	return (
		<div className="px-4 py-3">
			{lab.hintsTotal === 0 ? <p className="text-sm text-muted">This scenario has no hints.</p> : null}
			<ol className="space-y-4">
				{lab.hintsShown.map((hint) => (
					<li key={hint.tier}>
						<h3 className="text-sm font-semibold">
							<span className="mr-1.5 font-normal text-muted tabular-nums">{hint.tier}</span>
							{hint.title}
						</h3>
						<Markdown className="mt-1">{hint.markdown}</Markdown>
					</li>
				))}
			</ol>
			{lab.hintsShown.length === 0 && left > 0 ? (
				<p className="text-sm text-muted">The first hint says where to look, the last one nearly all. How many you take is counted.</p>
			) : null}
			{open ? (
				<div className="mt-3 flex flex-wrap items-center gap-2">
					{left > 0 ? (
						<Button size="sm" disabled={actions.busy.has("hint")} onClick={() => void actions.ask("hint")}>
							Show hint {next} of {lab.hintsTotal}
						</Button>
					) : null}
					{lab.debrief === null ? (
						<Button size="sm" tone="ghost" onClick={onReveal}>
							Give up
						</Button>
					) : null}
				</div>
			) : null}
		</div>
	);
}
