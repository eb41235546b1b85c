"use client";
import Link from "next/link";
import type { Lab } from "#lib/protocol/lab.ts";
import { Button, buttonClass } from "#lib/ui/button.tsx";
import { VerdictMark } from "#lib/ui/verdict-mark.tsx";
import { useStart } from "../catalogue/use-start.ts";
import type { LabActions } from "./use-actions.ts";

/** A lab that could not be made ready: at which step, why, what is safe, what to press. */
export function Failed({ lab, actions }: { lab: Lab; actions: LabActions }) {
	const { starting, start } = useStart();
	return (
		<section aria-labelledby="failed" className="mx-auto h-full w-full max-w-xl overflow-y-auto px-6 py-10 md:py-[12vh]">
			<div className="flex items-center gap-2.5">
				<VerdictMark verdict="error" className="size-5" />
				<h2 id="failed" className="text-lg font-semibold">
					The lab could not be made ready
				</h2>
			</div>
			{lab.failure ? (
				<dl className="mt-5 border-y border-hairline text-base [&>div]:grid [&>div]:grid-cols-[6.5rem_1fr] [&>div]:gap-3 [&>div]:py-2.5 [&>div+div]:border-t [&>div+div]:border-hairline [&_dt]:text-muted">
					<div>
						<dt>Step</dt>
						<dd>{lab.failure.step}</dd>
					</div>
					<div>
						<dt>What happened</dt>
						<dd className="min-w-0 break-words whitespace-pre-wrap">{lab.failure.message}</dd>
					</div>
					{lab.failure.mend ? (
						<div>
							<dt>What mends it</dt>
							<dd className="min-w-0 break-words">
								<code className="font-mono text-sm">{lab.failure.mend}</code>
							</dd>
						</div>
					) : null}
				</dl>
			) : null}
			<p className="mt-4 text-muted">
				This is a problem of Faultline or its host and counts for nothing. Your other labs and your progress are untouched; what was half
				made here is removed.
			</p>
			<div className="mt-5 flex flex-wrap gap-2">
				<Button tone="primary" disabled={starting !== null} onClick={() => start(lab.scenario)}>
					{starting ? "Starting" : "Try again"}
				</Button>
				<Button disabled={actions.busy.has("stop")} onClick={() => void actions.ask("stop")}>
					Remove this lab
				</Button>
				<Link href="/" className={buttonClass({ tone: "ghost" })}>
					Catalogue
				</Link>
			</div>
		</section>
	);
}
