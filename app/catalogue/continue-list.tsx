"use client";
import Link from "next/link";
import type { Lab } from "#lib/protocol/lab.ts";
import { buttonClass } from "#lib/ui/button.tsx";
import { RequestPath } from "#lib/ui/request-path.tsx";
import { isSolved } from "../lab-view/phase.ts";
import { stateWords } from "./running.ts";

/** Labs that are open: one press from where one left. */
export function ContinueList({ labs, now }: { labs: readonly Lab[]; now: number }) {
	if (labs.length === 0) return null;
	return (
		<section aria-labelledby="continue" className="min-w-0">
			<h2 id="continue" className="text-sm font-semibold text-muted">
				Continue
			</h2>
			<ul className="mt-1.5">
				{labs.map((lab) => (
					<li key={lab.id} className="group relative flex items-center gap-4 border-t border-hairline py-2.5 last:border-b">
						<div className="min-w-0 flex-1">
							<p className="truncate font-[580]">{lab.title}</p>
							<p className="text-sm text-muted tabular-nums">{stateWords(lab, now)}</p>
						</div>
						<RequestPath layer={lab.layer} mended={isSolved(lab)} size="mark" className="max-sm:hidden" />
						<Link
							href={`/labs/${lab.id}`}
							aria-label={`Continue ${lab.title}`}
							className={buttonClass({ tone: "primary", size: "sm", className: "after:absolute after:inset-0" })}
						>
							Continue
						</Link>
					</li>
				))}
			</ul>
		</section>
	);
}
