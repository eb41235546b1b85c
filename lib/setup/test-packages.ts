import { dirname } from "node:path";
import { readEnv } from "../core/env.ts";
import { ensurePackages } from "./apt.ts";
import { endSignal, tellError } from "./edge.ts";
import { findProgram } from "./find-program.ts";

/** What only the tests need of the host, program by package: a browser, and the tools of network namespaces. */
const packageOf = { chromium: "chromium", nft: "nftables", ip: "iproute2" };

async function main(): Promise<void> {
	const missing: string[] = [];
	for (const [program, name] of Object.entries(packageOf)) if (!(await findProgram(program))) missing.push(name);
	if (missing.length === 0) return;
	const root = dirname(dirname(import.meta.dirname));
	await ensurePackages(missing, { env: readEnv(), root, signal: endSignal(), say: (line) => process.stdout.write(`  … ${line}\n`) });
}

await main().catch(tellError);
