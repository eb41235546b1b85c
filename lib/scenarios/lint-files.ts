import { filesBelow, type ScenarioFolder } from "./folder.ts";
import { parseHints } from "./hints.ts";
import { substitute, type VariantValues } from "./placeholders.ts";
import type { AddProblem } from "./problem.ts";
import { parseManifests } from "./source.ts";

/**
 * Files that every scenario has, and that each manifest parses.
 * @param values of one variant: placeholders stand where only their values are YAML
 */
export function lintFiles(folder: ScenarioFolder, values: VariantValues, add: AddProblem): void {
	for (const name of ["scenario.yaml", "ticket.md", "hints.md", "debrief.md"]) {
		const text = folder.files[name];
		if (text === undefined) add(name, null, `missing file ${name}`);
		else if (text.trim() === "") add(name, null, `${name} is empty`);
	}
	if (!/^[a-z][a-z0-9-]*$/.test(folder.slug)) add("", null, `the folder's name must be lower case letters, digits and hyphens`);
	const baseline = filesBelow(folder, "baseline", ".yaml", ".yml");
	if (Object.keys(baseline).length === 0) add("baseline", null, "missing manifests: baseline/*.yaml holds the healthy system");
	for (const [name, text] of Object.entries({ ...baseline, ...filesBelow(folder, "fault", ".yaml", ".yml") })) {
		for (const document of parseManifests(substitute(text, values))) {
			for (const problem of document.problems) add(name, problem.line, problem.message);
			const object = document.value as { kind?: unknown; apiVersion?: unknown; metadata?: { name?: unknown } } | null | undefined;
			if (!(name in baseline) || object === undefined || object === null) continue;
			for (const [field, value] of [
				["apiVersion", object.apiVersion],
				["kind", object.kind],
				["metadata.name", object.metadata?.name],
			] as const) {
				if (typeof value !== "string") add(name, document.line, `an object without ${field}`);
			}
		}
	}
	const hints = folder.files["hints.md"];
	if (hints) for (const problem of parseHints(hints).problems) add("hints.md", problem.line, problem.message);
	const known = [
		/^scenario\.yaml$/,
		/^(ticket|hints|debrief)\.md$/,
		/^baseline\/[^/]+\.ya?ml$/,
		/^fault\/[^/]+$/,
		/^(fixes|wrong)\/[^/]+\.sh$/,
	];
	for (const name of Object.keys(folder.files)) {
		if (!known.some((pattern) => pattern.test(name))) add(name, null, "a file that no part of a scenario reads");
	}
}
