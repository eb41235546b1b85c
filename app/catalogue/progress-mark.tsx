import type { ScenarioSummary } from "#lib/protocol/scenario.ts";
import { VerdictMark } from "#lib/ui/verdict-mark.tsx";
import { WorkaroundMark } from "#lib/ui/workaround-mark.tsx";

/** How this person stands with a scenario; a new one needs no mark. */
export function ProgressMark({ progress }: { progress: ScenarioSummary["progress"] }) {
	if (progress === "new") return null;
	if (progress === "solved") {
		return (
			<span className="inline-flex shrink-0 items-center gap-1 text-xs text-pass">
				<VerdictMark verdict="pass" className="size-3.5" /> Solved
			</span>
		);
	}
	if (progress === "workaround") {
		return (
			<span className="inline-flex shrink-0 items-center gap-1 text-xs text-muted">
				<WorkaroundMark className="size-3.5" /> Workaround
			</span>
		);
	}
	return <span className="shrink-0 text-xs text-accent">Open</span>;
}
