import { join } from "node:path";
import { Command } from "commander";
import { AppError } from "../../lib/core/errors.ts";
import { createEngineClient } from "../../lib/protocol/client.ts";
import type { LintResult, ProofReport, ScenarioSummary } from "../../lib/protocol/scenario.ts";
import { loadCatalogue } from "../../lib/scenarios/catalogue.ts";
import { createScenario } from "../../lib/scenarios/skeleton.ts";
import type { Context } from "../context.ts";
import { exitCodes, type Output, table } from "../output.ts";
import { proofTable, runLine } from "./proof-table.ts";
import { seedList } from "./seeds.ts";

/** `scenario list | lint | verify | new`. The first two and the last need neither engine nor Docker. */
export function scenarioCommands(context: Context): Command {
	const { output, root } = context;
	const directory = join(root, "scenarios");
	const group = new Command("scenario").description("the catalogue, and proofs of it");

	group
		.command("list")
		.description("every scenario that can be played")
		.action(async () => {
			const list = await scenarios(context, directory);
			output.result(
				list.map(({ slug, title, level, minutes, tags }) => ({ slug, title, level, minutes, tags })),
				() =>
					table([
						["SCENARIO", "LEVEL", "MINUTES", "TITLE"].map((cell) => output.paint(cell, "faint")),
						...list.map(({ slug, level, minutes, title }) => [slug, String(level), String(minutes), title]),
					]),
			);
		});

	group
		.command("lint")
		.argument("[slug...]", "all where none is named")
		.description("all problems of a scenario, by file and line")
		.action(async (slugs: string[]) => {
			const results = await (await loadCatalogue(directory)).lint(slugs);
			output.result(results, () => lintText(results, output));
			if (results.some(({ ok }) => !ok)) process.exitCode = exitCodes.notPassed;
		});

	group
		.command("verify")
		.argument("[slug...]", "all where none is named")
		.option("--jobs <count>", "clusters at once", (text) => Math.max(1, Number.parseInt(text, 10) || 1))
		.option("--seed <seeds>", "variants to prove, separated by commas; all where left out", seedList)
		.description("prove on a real cluster: baseline, fault, every fix, every wrong fix, and mutants of the fixes")
		.action(async (slugs: string[], { seed, jobs }: { seed?: number[]; jobs?: number }) => {
			const report = await verifyAll(context, { slugs, ...(seed ? { seeds: seed } : {}), ...(jobs ? { jobs } : {}) });
			output.result(report, () => proofTable(report, output));
			if (report.failed > 0) process.exitCode = exitCodes.notPassed;
		});

	group
		.command("new")
		.argument("<slug>", "lower case letters, digits and hyphens")
		.description("a new scenario's folder to fill in; it lints clean")
		.action(async (slug: string) => {
			const path = await createScenario(directory, slug);
			output.result({ slug, path }, () => `${path}\n  → npx faultline scenario lint ${slug}`);
		});
	return group;
}

/** From a running engine, which knows the progress; else from the folder. */
async function scenarios(
	{ env, signal }: Context,
	directory: string,
): Promise<Pick<ScenarioSummary, "slug" | "title" | "level" | "minutes" | "tags">[]> {
	try {
		return await createEngineClient(join(env.dataDir, "engine.sock")).call("scenario.list", {}, { signal });
	} catch (error) {
		if (error instanceof AppError && error.code === "engine-down") return (await loadCatalogue(directory)).list();
		throw error;
	}
}

function lintText(results: readonly LintResult[], output: Output): string {
	return results
		.map(({ slug, ok, problems }) => {
			if (ok) return `${output.paint("ok", "good")}  ${slug}`;
			const lines = problems.map(
				({ file, line, message, mend }) => `${file}${line ? `:${line}` : ""}: ${message}${mend ? `\n    → ${mend}` : ""}`,
			);
			return [`${output.paint("no", "bad")}  ${slug}: ${problems.length} ${problems.length === 1 ? "problem" : "problems"}`, ...lines].join(
				"\n  ",
			);
		})
		.join("\n");
}

async function verifyAll(
	{ engine, output, signal }: Context,
	wanted: { slugs: string[]; seeds?: number[]; jobs?: number },
): Promise<ProofReport> {
	const client = await engine();
	let report: ProofReport | undefined;
	for await (const item of client.stream("scenario.verify", wanted, { signal })) {
		if ("report" in item) report = item.report;
		else if ("run" in item) output.progress(runLine(item.run, output));
		else if ("step" in item) output.progress(output.paint(`   ${item.step}`, "faint"));
	}
	if (!report) throw new AppError("verify-ended", "The proof ended without a report.", { mend: "npx faultline scenario verify" });
	return report;
}
