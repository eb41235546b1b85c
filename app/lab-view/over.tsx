"use client";
import Link from "next/link";
import type { Lab } from "#lib/protocol/lab.ts";
import type { ScenarioSummary } from "#lib/protocol/scenario.ts";
import { Button, buttonClass } from "#lib/ui/button.tsx";
import { useStart } from "../catalogue/use-start.ts";
import { Debrief } from "./debrief.tsx";

/** A lab that is no more: why, what is kept, and how to go on. */
export function Over({ lab, next }: { lab: Lab; next: ScenarioSummary | null }) {
	const { starting, start } = useStart();
	if (lab.debrief !== null) return <Debrief lab={lab} next={next} onBack={null} />;
	const expired = lab.state === "expired";
	return (
		<section aria-labelledby="over" className="mx-auto max-w-xl px-6 py-10 md:py-[14vh]">
			<h2 id="over" className="text-xl font-semibold tracking-[-0.012em]">
				{expired ? "The time of this lab ran out" : "This lab has ended"}
			</h2>
			<p className="mt-2 text-muted">
				Its cluster and shells are {lab.state === "destroyed" ? "removed" : "being removed"}. Your progress is kept in the catalogue.
			</p>
			<div className="mt-5 flex gap-2">
				<Button tone="primary" disabled={starting !== null} onClick={() => start(lab.scenario)}>
					{starting ? "Starting" : "Start it again"}
				</Button>
				<Link href="/" className={buttonClass({ tone: "quiet" })}>
					Catalogue
				</Link>
			</div>
		</section>
	);
}
