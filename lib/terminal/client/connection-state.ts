/** How a terminal stands with its shell, as its status line shows it. Times in milliseconds since the epoch. */
export type Connection =
	| { kind: "connecting" }
	/** `trouble`: what the engine says while the shell is out of its reach, or of a keystroke that it dropped. */
	| { kind: "open"; trouble?: { message: string; mend?: string } }
	| { kind: "waiting"; since: number }
	/** Somebody else, or another tab, shows this shell now. */
	| { kind: "replaced" }
	/** The shell is over. `code` is unknown where it ended while nobody looked. */
	| { kind: "ended"; code?: number }
	| { kind: "failed"; message: string; mend?: string };
