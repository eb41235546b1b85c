import { join } from "node:path";
import { type Env, readEnv } from "../lib/core/env.ts";
import type { EngineClient } from "../lib/protocol/client.ts";
import { reachEngine } from "./engine-process.ts";
import type { Output } from "./output.ts";

/** What every command is given. */
export interface Context {
	output: Output;
	/** Ends what is under way when the user interrupts. */
	signal: AbortSignal;
	env: Env;
	/** The checkout. */
	root: string;
	/** The engine, started where none answers. */
	engine(): Promise<EngineClient>;
}

export function createContext({ output, signal }: Pick<Context, "output" | "signal">): Context {
	const root = join(import.meta.dirname, "..");
	// A relative data directory is the caller's, a missing one the checkout's: bin/faultline.mjs has settled that.
	const env = readEnv({ ...process.env, FAULTLINE_DATA: process.env.FAULTLINE_DATA ?? join(root, ".faultline") });
	let reaching: Promise<EngineClient> | undefined;
	return {
		...{ output, signal, env, root },
		engine() {
			reaching ??= reachEngine({ env, root, signal, say: output.progress });
			return reaching;
		},
	};
}
