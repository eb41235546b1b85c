import { dirname } from "node:path";
import { readEnv } from "../core/env.ts";
import { endSignal, tellError } from "./edge.ts";
import { checkPort } from "./host-checks.ts";
import { ensureImages } from "./images/ensure-images.ts";
import { readRecord, stillRuns } from "./instance-files.ts";
import { readNextDir } from "./next-build.ts";
import { originOf, ownerAddress } from "./readiness.ts";
import { runWithProgress } from "./run-set-up.ts";
import { serve } from "./serve.ts";
import { setUpStages } from "./set-up.ts";
import { startLater } from "./start-later.ts";
import { offerSwap } from "./swap-offer.ts";

const root = dirname(dirname(import.meta.dirname));
const print = (text: string) => process.stdout.write(`${text}\n`);

/** `npm start`; with `--set-up-only` it ends where serving would begin, with `--swap-file <size>` it makes swap for frozen labs. */
async function main(args: readonly string[]): Promise<void> {
	const env = readEnv();
	const signal = endSignal();
	await offerSwap({ env, args, signal, print });
	const record = await readRecord(env.dataDir);
	if (record && (await stillRuns(record))) {
		print(`Faultline runs already at ${originOf(record)} (process ${record.pid}). A fresh address for its owner, good for one visit:`);
		print(`\n  ${await ownerAddress(env, record)}\n`);
		return;
	}
	const setUpOnly = args.includes("--set-up-only");
	const nextDir = readNextDir();
	// First, so that nobody waits for a build that ends with a taken port. What a killed npm start left may hold it: that ends later.
	if (!setUpOnly && !(await holdsPort(record))) await checkPort(env.host, env.port);
	print("Faultline sets up what this host lacks.");
	const warnings: string[] = [];
	const stages = await setUpStages({ context: { env, root, signal }, ensureImages, nextDir, warn: (line) => warnings.push(line) });
	await runWithProgress(stages, { env, signal });
	for (const line of warnings) print(`  ! ${line}`);
	if (setUpOnly) return;
	await serve({
		...{ root, env, nextDir, signal },
		say: print,
		ready: async () => {
			print("\nFaultline serves. The address of its owner, good for one visit (npm start again gives a fresh one):");
			print(`\n  ${await ownerAddress(env, env)}\n`);
			print("Ctrl-C or npm stop ends it; labs stay.");
			await startLater({ root, dataDir: env.dataDir });
		},
	});
}

async function holdsPort(record: Awaited<ReturnType<typeof readRecord>>): Promise<boolean> {
	const web = record?.children.web;
	return web !== undefined && (await stillRuns(web));
}

await main(process.argv.slice(2)).catch(tellError);
