"use client";
import { useEffect, useState } from "react";
import { type Lab, lab as labSchema } from "#lib/protocol/lab.ts";

/** The list with one lab in its newest state; a new one is added. */
export function withLab(labs: readonly Lab[], changed: Lab): Lab[] {
	const known = labs.some((one) => one.id === changed.id);
	return known ? labs.map((one) => (one.id === changed.id ? changed : one)) : [...labs, changed];
}

/** All labs, live from their server-rendered state on. */
export function useLabs(initial: readonly Lab[]): readonly Lab[] {
	const [labs, setLabs] = useState(initial);
	useEffect(() => setLabs(initial), [initial]);
	useEffect(() => {
		const source = new EventSource("/api/labs/events");
		source.addEventListener("lab", (event) => {
			const parsed = labSchema.safeParse(JSON.parse(event.data));
			if (parsed.success) setLabs((before) => withLab(before, parsed.data));
		});
		source.addEventListener("end", () => source.close());
		return () => source.close();
	}, []);
	return labs;
}
