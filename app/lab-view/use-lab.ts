"use client";
import { useEffect, useState } from "react";
import { errorBody } from "#lib/core/errors.ts";
import { type Lab, lab as labSchema } from "#lib/protocol/lab.ts";

export interface LiveLab {
	lab: Lab;
	/** False while events do not arrive: what is shown may be old. */
	live: boolean;
	/** True once the lab is gone for good. */
	ended: boolean;
}

/** Follows a lab from its server-rendered state on. The browser reconnects by itself and gets the present state first. */
export function useLab(initial: Lab): LiveLab {
	const [lab, setLab] = useState(initial);
	const [live, setLive] = useState(true);
	const [ended, setEnded] = useState(initial.state === "destroyed");
	const { id } = initial;
	useEffect(() => {
		const source = new EventSource(`/api/labs/${id}/events`);
		source.addEventListener("open", () => setLive(true));
		source.addEventListener("error", () => setLive(false));
		source.addEventListener("lab", (event) => {
			const parsed = labSchema.safeParse(readJson(event.data));
			if (!parsed.success) return;
			setLive(true);
			setLab(parsed.data);
		});
		source.addEventListener("failure", (event) => {
			const said = errorBody.safeParse(readJson(event.data));
			// The engine is away: the stream ends and the browser asks again.
			setLive(false);
			if (said.success && said.data.code === "lab-not-found") {
				setEnded(true);
				source.close();
			}
		});
		source.addEventListener("end", () => {
			setEnded(true);
			setLive(true);
			source.close();
		});
		return () => source.close();
	}, [id]);
	return { lab, live, ended };
}

function readJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}
