import type { ReactNode } from "react";
import type { Lab } from "#lib/protocol/lab.ts";
import { ObjectiveList } from "./objective-list.tsx";
import { Ticket } from "./ticket.tsx";

/** The desk as the server draws it, until the browser knows its width: the text is there at once. */
export function StillDesk({ lab, now, instead }: { lab: Lab; now: number; instead: ReactNode }) {
	return (
		<div className="grid h-full grid-cols-1 min-[900px]:grid-cols-[36%_1fr]">
			<div className="overflow-y-auto border-r border-hairline">
				<Ticket lab={lab} />
				<ObjectiveList objectives={lab.objectives} now={now} resting={lab.resting !== null} />
			</div>
			<div className="bg-[var(--terminal-background)] max-[899px]:hidden">{instead}</div>
		</div>
	);
}
