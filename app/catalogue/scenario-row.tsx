"use client";
import Link from "next/link";
import type { ScenarioSummary } from "#lib/protocol/scenario.ts";
import { buttonClass } from "#lib/ui/button.tsx";
import { cn } from "#lib/ui/cn.ts";
import { formatRough } from "#lib/ui/duration.ts";
import { LevelMark } from "#lib/ui/level-mark.tsx";
import { RequestPath } from "#lib/ui/request-path.tsx";
import { layerNames } from "#lib/ui/request-path-geometry.ts";
import { ProgressMark } from "./progress-mark.tsx";

/** One scenario: the whole row is its button. */
export function ScenarioRow({
	scenario,
	labId,
	starting,
	disabled,
	onStart,
}: {
	scenario: ScenarioSummary;
	/** Of the lab that is open on it. */
	labId: string | undefined;
	starting: boolean;
	disabled: boolean;
	onStart: (slug: string) => void;
}) {
	const action = "after:absolute after:inset-0 focus-visible:outline-none";
	return (
		<li
			className={cn(
				"group relative grid grid-cols-[1fr_auto] items-center gap-x-4 gap-y-1.5 border-b border-hairline px-2 py-3 transition-colors sm:grid-cols-[1fr_7rem_7.75rem_5.25rem]",
				"hover:bg-raised has-[:focus-visible]:bg-raised has-[:focus-visible]:outline-2 has-[:focus-visible]:outline-offset-[-2px] has-[:focus-visible]:outline-accent",
			)}
		>
			<div className="min-w-0">
				<div className="flex items-center gap-2">
					<h3 className="font-[580] sm:truncate">{scenario.title}</h3>
					<ProgressMark progress={scenario.progress} />
				</div>
				<p className="mt-0.5 text-sm text-muted sm:truncate">{scenario.symptom}</p>
			</div>
			<div className="flex items-center gap-2.5 max-sm:order-3">
				<RequestPath layer={scenario.layer} mended={scenario.progress === "solved"} size="mark" />
				<span className="text-xs text-muted sm:sr-only">{layerNames[scenario.layer]}</span>
			</div>
			<div className="flex items-center gap-2.5 text-xs text-muted tabular-nums max-sm:order-4 max-sm:justify-end">
				<LevelMark level={scenario.level} />
				<span>
					{scenario.bestMs === null ? (
						`${scenario.minutes} min`
					) : (
						<>
							<span className="sr-only">Your </span>best <span className="text-pass">{formatRough(scenario.bestMs)}</span>
						</>
					)}
				</span>
			</div>
			<div className="flex justify-end max-sm:order-2">
				{labId ? (
					<Link
						href={`/labs/${labId}`}
						data-row-action
						aria-label={`Continue ${scenario.title}`}
						className={cn(buttonClass({ tone: "quiet", size: "sm" }), action)}
					>
						Continue
					</Link>
				) : (
					<button
						type="button"
						data-row-action
						aria-label={`Start ${scenario.title}`}
						disabled={disabled}
						onClick={() => onStart(scenario.slug)}
						className={cn(
							buttonClass({ tone: "ghost", size: "sm" }),
							action,
							"text-ink group-hover:bg-accent group-hover:text-accent-ink group-has-[:focus-visible]:bg-accent group-has-[:focus-visible]:text-accent-ink",
						)}
					>
						{starting ? "Starting" : "Start"}
					</button>
				)}
			</div>
		</li>
	);
}
