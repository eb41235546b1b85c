"use client";
import type { ScenarioSummary } from "#lib/protocol/scenario.ts";
import { Button } from "#lib/ui/button.tsx";
import { RequestPath } from "#lib/ui/request-path.tsx";

/** What to do next, where one would rather not choose. */
export function NextUp({
	scenario,
	starting,
	disabled,
	onStart,
}: {
	scenario: ScenarioSummary | null;
	starting: boolean;
	disabled: boolean;
	onStart: (slug: string) => void;
}) {
	if (!scenario) return null;
	return (
		<section aria-labelledby="next-for-you" className="min-w-0">
			<h2 id="next-for-you" className="text-sm font-semibold text-muted">
				Next for you
			</h2>
			<div className="mt-1.5 flex items-center gap-4 border-y border-hairline py-2.5">
				<div className="min-w-0 flex-1">
					<p className="truncate font-[580]">{scenario.title}</p>
					<p className="text-sm text-muted sm:truncate">{scenario.symptom}</p>
				</div>
				<RequestPath layer={scenario.layer} size="mark" className="max-sm:hidden" />
				<Button size="sm" aria-label={`Start ${scenario.title}, next for you`} disabled={disabled} onClick={() => onStart(scenario.slug)}>
					{starting ? "Starting" : "Start"}
				</Button>
			</div>
		</section>
	);
}
