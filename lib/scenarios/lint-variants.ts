import type { ScenarioFolder } from "./folder.ts";
import { placeholdersOf } from "./placeholders.ts";
import type { AddProblem } from "./problem.ts";
import type { YamlSource } from "./source.ts";
import { didYouMean } from "./suggest.ts";

/** Each seed has the same placeholders, each is used, and no file uses another. */
export function lintVariants(folder: ScenarioFolder, source: YamlSource, add: AddProblem): void {
	const variants = (source.value as { variants?: unknown }).variants;
	if (variants === null || typeof variants !== "object") return;
	const bySeed = Object.entries(variants as Record<string, unknown>).map(
		([seed, values]) => [seed, Object.keys((values as Record<string, unknown> | null) ?? {})] as const,
	);
	const all = [...new Set(bySeed.flatMap(([, names]) => names))];
	for (const [seed, names] of bySeed) {
		for (const name of all) {
			if (!names.includes(name)) add("scenario.yaml", source.lineOf(["variants", seed]), `seed ${seed} gives no value for "${name}"`);
		}
	}
	const used = new Set<string>();
	for (const [file, text] of Object.entries(folder.files)) {
		if (file.endsWith(".sh")) {
			for (const match of text.matchAll(/\$\{?([A-Za-z][A-Za-z0-9]*)/g)) used.add(match[1] as string);
			continue;
		}
		for (const { name, line } of placeholdersOf(text)) {
			used.add(name);
			if (!all.includes(name) && name !== "seed") add(file, line, `unknown placeholder "\${${name}}"`, didYouMean(name, all));
		}
	}
	const first = bySeed[0]?.[0];
	for (const name of all) {
		if (!used.has(name) && first) add("scenario.yaml", source.lineOf(["variants", first, name]), `placeholder "${name}" is used nowhere`);
	}
}
