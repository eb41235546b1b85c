import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runLine } from "../../cli/commands/proof-table.ts";
import { createContext } from "../../cli/context.ts";
import { createOutput, exitCodes } from "../../cli/output.ts";
import { toErrorBody } from "../../lib/core/errors.ts";
import type { ProofRun } from "../../lib/protocol/scenario.ts";
import { loadCatalogue } from "../../lib/scenarios/catalogue.ts";
import { wantedProofs } from "./hash.ts";
import { entryOf, type Ledger, ledger, ledgerText, pruned, unproven } from "./ledger.ts";

// npm run prove [-- --check] [-- slug…]: proves what has no fresh proof, and keeps each as it ends. Goes on where it was ended.
const root = join(import.meta.dirname, "../..");
// The whole host is for the proofs.
process.env.FAULTLINE_POOL ??= "off";
const file = join(root, "scenarios/proofs.json");
const args = process.argv.slice(2);
const checkOnly = args.includes("--check");
const slugs = args.filter((arg) => !arg.startsWith("-"));
const jobs = Number(args.find((arg) => arg.startsWith("--jobs="))?.slice(7) ?? 1);
const output = createOutput({ json: false, stdout: process.stdout, stderr: process.stderr });
const ending = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => ending.abort(new Error("interrupted")));

try {
	const catalogue = await loadCatalogue(join(root, "scenarios"));
	const all = await wantedProofs(root, catalogue);
	const wanted = all.filter(({ slug }) => slugs.length === 0 || slugs.includes(slug));
	let proofs: Ledger = pruned(existsSync(file) ? ledger.parse(JSON.parse(readFileSync(file, "utf8"))) : {}, all);
	const open = unproven(proofs, wanted);
	for (const { slug, seed, why } of open) output.progress(`${slug} (seed ${seed}) ${why}`);
	output.progress(`${wanted.length - open.length} of ${wanted.length} variants have a fresh proof`);
	if (checkOnly && open.length > 0) output.progress("  → npm run prove");
	if (!checkOnly && open.length > 0) {
		const engine = await createContext({ output, signal: ending.signal }).engine();
		const only = open.map(({ slug, seed }) => ({ slug, seed }));
		const runs: ProofRun[] = [];
		for await (const item of engine.stream("scenario.verify", { slugs: [], only, jobs }, { signal: ending.signal })) {
			if ("step" in item) output.progress(output.paint(`   ${item.step}`, "faint"));
			else if ("run" in item) {
				runs.push(item.run);
				output.progress(runLine(item.run, output));
			} else if ("done" in item) {
				const { slug, seed } = item.done;
				const hash = open.find((one) => one.slug === slug && one.seed === seed)?.hash ?? "";
				const own = runs.filter((run) => run.slug === slug && run.seed === seed);
				proofs = { ...proofs, [slug]: { ...proofs[slug], [seed]: entryOf(own, hash) } };
				keep(proofs);
			}
		}
	}
	const left = unproven(proofs, wanted);
	process.stdout.write(`${wanted.length - left.length} passed, ${left.length} failed\n`);
	process.exitCode = left.length > 0 ? exitCodes.notPassed : exitCodes.passed;
} catch (error) {
	output.error(toErrorBody(error));
	process.exitCode = exitCodes.platformFailed;
}

/** Whole or not at all, however this is ended. */
function keep(proofs: Ledger): void {
	writeFileSync(`${file}.new`, ledgerText(proofs));
	renameSync(`${file}.new`, file);
}
