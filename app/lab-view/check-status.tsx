"use client";
import { useEffect, useState } from "react";
import type { Lab } from "#lib/protocol/lab.ts";
import type { GradeReport } from "#lib/protocol/report.ts";
import { Button } from "#lib/ui/button.tsx";
import { cn } from "#lib/ui/cn.ts";
import { formatDuration, formatRough } from "#lib/ui/duration.ts";
import { VerdictMark } from "#lib/ui/verdict-mark.tsx";
import { WorkaroundMark } from "#lib/ui/workaround-mark.tsx";
import { resultWords } from "./objective-words.ts";
import { isCheckable } from "./phase.ts";
import { Touched } from "./touched.tsx";

interface Step {
	text: string;
	at: number;
}

/** The steps of a running check as this page has seen them come; empty when none runs. */
function useSteps(checking: string | null, now: number): Step[] {
	const [steps, setSteps] = useState<Step[]>([]);
	// biome-ignore lint/correctness/useExhaustiveDependencies: a step begins when its name changes, not with each second
	useEffect(() => {
		if (checking === null) setSteps([]);
		else setSteps((before) => (before.at(-1)?.text === checking ? before : [...before, { text: checking, at: now }]));
	}, [checking]);
	return steps;
}

/** Above the objectives: a running check, the newest result, or that it is time to check. */
export function CheckStatus({ lab, now, onCheck }: { lab: Lab; now: number; onCheck: () => void }) {
	const steps = useSteps(lab.checking, now);
	if (lab.checking !== null) {
		return (
			<div className="border-b border-hairline bg-accent-wash px-4 py-3">
				<p className="font-[580]">Checking whether the fix lasts</p>
				<ol className="mt-1.5 space-y-0.5 text-sm">
					{steps.map((step, index) => {
						const next = steps[index + 1];
						return (
							<li key={step.at + step.text} className="flex items-center gap-2.5">
								{next ? (
									<VerdictMark verdict="pass" label="Done" className="size-3.5" />
								) : (
									<span aria-hidden className="mx-[3px] size-2 rounded-full bg-accent" />
								)}
								<span className="flex-1">{step.text}</span>
								<span className="text-muted tabular-nums">{next ? formatRough(next.at - step.at) : formatDuration(now - step.at)}</span>
							</li>
						);
					})}
				</ol>
			</div>
		);
	}
	const allPass = lab.objectives.length > 0 && lab.objectives.every((one) => one.verdict === "pass");
	if (lab.report && !(allPass && lab.report.verdict !== "pass" && lab.report.repair === "none"))
		return <Result report={lab.report} now={now} />;
	if (allPass && isCheckable(lab)) {
		return (
			<div className="flex items-center gap-3 border-b border-hairline bg-pass-wash px-4 py-2.5">
				<p className="flex-1 text-sm">Everything passes now. Check whether it lasts.</p>
				<Button tone="primary" size="sm" onClick={onCheck}>
					Check
				</Button>
			</div>
		);
	}
	return null;
}

const wash = {
	pass: "bg-pass-wash",
	fail: "bg-fail-wash",
	unproven: "bg-unproven-wash",
	error: "bg-error-wash",
	workaround: "bg-sunken",
} as const;

/** What the newest check came to, and why. */
export function Result({ report, now }: { report: GradeReport; now: number }) {
	const words = resultWords(report);
	const wrong = [...report.objectives, ...report.guards].filter((one) => one.verdict !== "pass");
	return (
		<div className={cn("border-b border-hairline px-4 py-3", wash[words.mark])}>
			<div className="flex items-baseline gap-2.5">
				{words.mark === "workaround" ? (
					<WorkaroundMark className="translate-y-[3px]" />
				) : (
					<VerdictMark verdict={words.mark} share={0.5} className="translate-y-[3px]" />
				)}
				<p className="flex-1 font-[580]">{words.title}</p>
				<p className="text-sm tabular-nums">
					{report.points} of {report.maxPoints} points
				</p>
			</div>
			<p className="mt-0.5 pl-[26px] text-sm">{words.text}</p>
			{wrong.length > 0 ? (
				<ul className="mt-2 space-y-1.5 pl-[26px] text-sm">
					{wrong.map((one) => (
						<li key={one.id} className="flex gap-2">
							<VerdictMark verdict={one.verdict} share={0.5} label={one.verdict} className="mt-[3px] size-3.5" />
							<span className="min-w-0">
								{one.title}
								{one.message ? <span className="block text-muted">{one.message}</span> : null}
							</span>
						</li>
					))}
				</ul>
			) : null}
			{report.touched.length > 0 ? (
				<details className="mt-2 pl-[26px]">
					<summary className="cursor-pointer text-sm text-muted">What was changed ({report.touched.length})</summary>
					<div className="mt-1.5">
						<Touched touched={report.touched} />
					</div>
				</details>
			) : null}
			<p className="mt-1.5 pl-[26px] text-xs text-muted tabular-nums">Checked {formatRough(now - report.at)} ago</p>
		</div>
	);
}
