import type { ScenarioFolder } from "./folder.ts";
import { makeInstance, seedsOf, substituteSpec, variantValues } from "./instance.ts";
import { lintFiles } from "./lint-files.ts";
import { lintNames } from "./lint-names.ts";
import { lintSchema } from "./lint-schema.ts";
import { lintScripts } from "./lint-scripts.ts";
import { lintText } from "./lint-text.ts";
import { lintVariants } from "./lint-variants.ts";
import type { ScenarioProblem } from "./problem.ts";
import { parseYaml } from "./source.ts";

/**
 * Everything that is wrong with a scenario, all at once, by file and line. Needs neither Docker nor a cluster; runs
 * `bash -n` on the scripts.
 */
export async function lintFolder(folder: ScenarioFolder): Promise<ScenarioProblem[]> {
	const problems: ScenarioProblem[] = [];
	const add = (file: string, line: number | null, message: string, mend?: string) => {
		const problem = { file: `scenarios/${folder.slug}/${file}`, line, message, ...(mend ? { mend } : {}) };
		const seen = problems.some((other) => other.file === problem.file && other.line === line && other.message === message);
		if (!seen) problems.push(problem);
	};

	const text = folder.files["scenario.yaml"];
	const source = parseYaml(text ?? "");
	lintFiles(folder, variantValues(source.value, seedsOf(source.value)[0] ?? 0), add);
	await lintScripts(folder, add);
	if (text === undefined) return sorted(problems);
	for (const problem of source.problems) add("scenario.yaml", problem.line, problem.message, problem.mend);
	if (source.value === undefined || source.value === null) return sorted(problems);

	lintVariants(folder, source, add);
	const seeds = seedsOf(source.value);
	let whole = true;
	for (const seed of seeds.length > 0 ? seeds : [0]) {
		const values = variantValues(source.value, seed);
		if (!lintSchema(source, substituteSpec(source.value, values), add)) whole = false;
	}
	if (!whole || seeds.length === 0) return sorted(problems);
	for (const seed of seeds) {
		const instance = makeInstance(folder, seed);
		lintNames(instance, source, add);
		lintText(instance, add);
	}
	return sorted(problems);
}

function sorted(problems: ScenarioProblem[]): ScenarioProblem[] {
	return problems.sort((a, b) => a.file.localeCompare(b.file) || (a.line ?? 0) - (b.line ?? 0));
}
