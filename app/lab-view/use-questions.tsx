"use client";
import { useRouter } from "next/navigation";
import { type ReactNode, useState } from "react";
import { Confirm } from "#lib/ui/confirm.tsx";
import type { LabActions } from "./use-actions.ts";

/** What is asked before it is done. */
export type Question = "check" | "reset" | "end" | "reveal";

/**
 * The dialogs of a lab. Returns how to ask, and the dialogs to render.
 * @param waits whether the lab waits for room: nothing is made of it yet
 */
export function useQuestions(actions: LabActions, waits: boolean): { askFirst: (question: Question) => void; dialogs: ReactNode } {
	const router = useRouter();
	const [question, setQuestion] = useState<Question | null>(null);
	const props = (own: Question) => ({
		open: question === own,
		onOpenChange: (open: boolean) => setQuestion(open ? own : null),
	});
	const dialogs = (
		<>
			<Confirm {...props("check")} title="Check whether the fix lasts" confirm="Check now" onConfirm={() => void actions.ask("grade")}>
				<ol className="list-decimal space-y-1 pl-5">
					<li>Traffic is sent from where the users and pods really are.</li>
					<li>One pod of each workload on the way is deleted, and the workload is rolled out once.</li>
					<li>The same traffic is sent again.</li>
				</ol>
				<p>So pods of the lab restart. Your shells stay. It takes about a minute, and you can check as often as you like.</p>
			</Confirm>
			<Confirm
				{...props("reset")}
				title="Reset to the broken state"
				confirm="Reset the lab"
				tone="danger"
				onConfirm={() => void actions.ask("reset")}
			>
				<p>Everything you changed in the cluster is lost, and what runs in your shells is ended. The fault is the same again.</p>
				<p>Kept: the hints you have seen, your timeline, and the time you have used.</p>
			</Confirm>
			<Confirm
				{...props("end")}
				title={waits ? "Leave the queue" : "End this lab"}
				confirm={waits ? "Leave the queue" : "End the lab"}
				tone="danger"
				onConfirm={() =>
					void actions.ask("stop").then((agreed) => {
						if (agreed) router.push("/");
					})
				}
			>
				{waits ? (
					<p>Nothing is made of this lab yet, so nothing is lost but its place. Asked again, it waits behind those who are there then.</p>
				) : (
					<>
						<p>The cluster and its shells are removed, and nothing on them can be brought back.</p>
						<p>Kept: your progress in the catalogue. You can start the same scenario again at any time.</p>
					</>
				)}
			</Confirm>
			<Confirm
				{...props("reveal")}
				title="Give up and read the debrief"
				confirm="Show the debrief"
				onConfirm={() => void actions.ask("reveal")}
			>
				<p>It says what is broken, how one could have seen it, and how to mend it. This attempt then counts as not solved.</p>
				<p>The lab stays open, so that you can follow it there.</p>
			</Confirm>
		</>
	);
	return { askFirst: setQuestion, dialogs };
}
