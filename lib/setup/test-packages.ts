import { dirname } from "node:path";
import { readEnv } from "../core/env.ts";
import { ensurePackages } from "./apt.ts";
import { endSignal, tellError } from "./edge.ts";
import { findProgram } from "./find-program.ts";

/** What only the tests need of the host: a browser. */
async function main(): Promise<void> {
	if (await findProgram("chromium")) return;
	const root = dirname(dirname(import.meta.dirname));
	await ensurePackages(["chromium"], { env: readEnv(), root, signal: endSignal(), say: (line) => process.stdout.write(`  … ${line}\n`) });
}

await main().catch(tellError);
