"use client";
import { useCallback, useEffect, useRef, useState } from "react";

/** A wake takes 1 to 3 s. One that takes longer has failed or was not heard of, and the next key asks again. */
const spokenOfMs = 30_000;

export interface Waking {
	/** Since when a resting lab is being woken, as far as this page knows; null where it is not. Milliseconds since the epoch. */
	since: number | null;
	/** Something was typed into a terminal of the lab. */
	typed: () => void;
}

/**
 * What wakes a lab from this page: that it has opened the lab's terminals, and what is typed there.
 * @param now the present, which a wake that never came is measured by
 */
export function useWaking(resting: boolean, now: number): Waking {
	const [since, setSince] = useState<number | null>(null);
	const opened = useRef(false);
	const typed = useCallback(() => {
		if (resting) setSince((before) => (before !== null && Date.now() - before < spokenOfMs ? before : Date.now()));
	}, [resting]);
	useEffect(() => {
		if (!resting) setSince(null);
		else if (!opened.current) typed();
		opened.current = true;
	}, [resting, typed]);
	return { since: since !== null && now - since < spokenOfMs ? since : null, typed };
}
