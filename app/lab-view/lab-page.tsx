"use client";
import { useCallback, useEffect, useRef, useState } from "react";
import type { Lab } from "#lib/protocol/lab.ts";
import type { ScenarioSummary } from "#lib/protocol/scenario.ts";
import { useKept } from "#lib/ui/use-kept.ts";
import { useMedia } from "#lib/ui/use-media.ts";
import { useNow } from "#lib/ui/use-now.ts";
import { Announcer } from "./announcer.tsx";
import { Debrief } from "./debrief.tsx";
import { Desk } from "./desk.tsx";
import { Failed } from "./failed.tsx";
import { LabHeader, type View } from "./lab-header.tsx";
import { ConnectionBar, RestBar, TimeBar } from "./notice-bars.tsx";
import { Over } from "./over.tsx";
import { isSolved, phaseOf } from "./phase.ts";
import { Starting } from "./starting.tsx";
import { StillDesk } from "./still-desk.tsx";
import { useActions } from "./use-actions.ts";
import { useLab } from "./use-lab.ts";
import { useLabCommands } from "./use-lab-commands.ts";
import { useQuestions } from "./use-questions.tsx";
import { useWaking } from "./use-waking.ts";
import { Waiting } from "./waiting.tsx";

/** A lab, live, in whichever state it is. */
export function LabPage({ initial, next, renderedAt }: { initial: Lab; next: ScenarioSummary | null; renderedAt: number }) {
	const { lab, live, ended } = useLab(initial);
	const now = useNow(renderedAt);
	const actions = useActions(lab.id);
	const { askFirst, dialogs } = useQuestions(actions, lab.queue !== null);
	const waking = useWaking(lab.resting !== null, now);
	const narrow = useMedia("(max-width: 899px)");
	const [solo, setSolo] = useState(false);
	const [screenReader, setScreenReader] = useKept("screen-reader");
	const [view, setView] = useView(lab);
	const phase = ended ? "over" : phaseOf(lab);
	const onSolo = useCallback(() => setSolo((before) => !before), []);
	useLabCommands(lab, { actions, askFirst, onSolo: narrow ? null : onSolo, onView: setView });

	const debriefing = phase === "open" && view === "debrief" && lab.debrief !== null;
	const starting = lab.queue ? (
		<Waiting lab={lab} queue={lab.queue} now={now} onLeave={() => askFirst("end")} />
	) : (
		<Starting lab={lab} now={now} />
	);
	const instead = phase === "starting" ? starting : phase === "failed" ? <Failed lab={lab} actions={actions} /> : null;
	const desk = { lab, now, actions, askFirst, instead, visible: !debriefing, screenReader, solo, onSolo: setSolo, onType: waking.typed };
	return (
		<div className="flex h-dvh flex-col overflow-hidden">
			{solo && phase === "open" && !debriefing && !narrow ? (
				<h1 className="sr-only">{lab.title}</h1>
			) : (
				<LabHeader
					lab={lab}
					phase={phase}
					now={now}
					actions={actions}
					askFirst={askFirst}
					narrow={narrow === true}
					screenReader={screenReader}
					onScreenReader={setScreenReader}
					view={debriefing ? "debrief" : "desk"}
					onView={setView}
				/>
			)}
			<ConnectionBar live={live} />
			{phase === "open" ? <TimeBar lab={lab} now={now} /> : null}
			{phase === "open" ? <RestBar lab={lab} now={now} actions={actions} wakingSince={waking.since} /> : null}
			<main className="relative min-h-0 flex-1">
				{phase === "over" ? (
					<Over lab={lab} next={next} />
				) : (
					<>
						<div className="h-full" hidden={debriefing}>
							{narrow === null ? <StillDesk lab={lab} now={now} instead={instead} /> : <Desk {...desk} narrow={narrow} />}
						</div>
						{debriefing ? <Debrief lab={lab} next={next} onBack={() => setView("desk")} /> : null}
					</>
				)}
			</main>
			<Announcer lab={lab} />
			{dialogs}
		</div>
	);
}

/** Desk or debrief; the page turns by itself when the debrief arrives. */
function useView(lab: Lab): [View, (view: View) => void] {
	const [view, setView] = useState<View>(lab.debrief !== null && isSolved(lab) ? "debrief" : "desk");
	const had = useRef(lab.debrief !== null);
	useEffect(() => {
		if (lab.debrief !== null && !had.current) setView("debrief");
		had.current = lab.debrief !== null;
	}, [lab.debrief]);
	return [view, setView];
}
