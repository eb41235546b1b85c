"use client";
import { useEffect, useRef, useState } from "react";
import type { Lab } from "#lib/protocol/lab.ts";
import { labTurnsWords, turnsWords } from "./objective-words.ts";

/** Tells a screen reader what the eye sees flip. */
export function Announcer({ lab }: { lab: Lab }) {
	const before = useRef(lab);
	const [said, setSaid] = useState("");
	useEffect(() => {
		const words = [turnsWords(before.current.objectives, lab.objectives), labTurnsWords(before.current, lab)].filter(Boolean).join(" ");
		before.current = lab;
		if (words) setSaid(words);
	}, [lab]);
	return (
		<div role="status" aria-live="polite" className="sr-only">
			{said}
		</div>
	);
}
