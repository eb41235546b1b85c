import type { Env } from "../core/env.ts";

/** What every piece of set-up is given. */
export interface SetupContext {
	env: Env;
	/** The checkout, absolute. */
	root: string;
	signal: AbortSignal;
	/** Tells the reader what goes on now: one short line. */
	say: (line: string) => void;
}
