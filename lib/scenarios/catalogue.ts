import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../core/errors.ts";
import { readFolder, type ScenarioFolder } from "./folder.ts";
import { makeInstance, type ScenarioInstance, seedsOf } from "./instance.ts";
import { lintFolder } from "./lint.ts";
import type { ScenarioProblem } from "./problem.ts";
import { parseYaml } from "./source.ts";

export interface CatalogueEntry {
	slug: string;
	title: string;
	symptom: string;
	layer: ScenarioInstance["layer"];
	level: number;
	minutes: number;
	tags: string[];
	seeds: number[];
}

/** The scenarios of one folder, read once. */
export interface Catalogue {
	/** Scenarios that can be played, by level and title; those that do not fit the schema are left out (lint names them). */
	list(): CatalogueEntry[];
	/** Every folder, playable or not. */
	slugs(): string[];
	/** @throws AppError `scenario-not-found` */
	seeds(slug: string): number[];
	/**
	 * One variant; without a seed, one drawn at random.
	 * @throws AppError `scenario-not-found`, `seed-not-found`, `scenario-invalid`
	 */
	instantiate(slug: string, seed?: number): ScenarioInstance;
	/**
	 * All problems of the named scenarios; of all where none is named.
	 * @throws AppError `scenario-not-found`
	 */
	lint(slugs: readonly string[]): Promise<{ slug: string; ok: boolean; problems: ScenarioProblem[] }[]>;
}

/**
 * Reads every scenario below a folder: those with a `scenario.yaml`.
 * @param directory absolute path of `scenarios/`
 * @throws AppError `catalogue-not-found`
 */
export async function loadCatalogue(directory: string): Promise<Catalogue> {
	const folders = await readFolders(directory);
	const documents = new Map([...folders].map(([slug, folder]) => [slug, parseYaml(folder.files["scenario.yaml"] ?? "").value]));

	const folderOf = (slug: string): ScenarioFolder => {
		const folder = folders.get(slug);
		if (folder) return folder;
		throw new AppError("scenario-not-found", `There is no scenario "${slug}".`, { kind: "not-found", mend: "npx faultline scenario list" });
	};
	const seeds = (slug: string) => seedsOf(folderOf(slug) && documents.get(slug));
	// Asked for at every change of a lab; instances are never changed.
	const made = new Map<string, ScenarioInstance>();
	const instanceOf = (slug: string, seed: number): ScenarioInstance => {
		const key = `${slug}/${seed}`;
		const instance = made.get(key) ?? makeInstance(folderOf(slug), seed);
		made.set(key, instance);
		return instance;
	};

	return {
		slugs: () => [...folders.keys()],
		seeds,
		list: () => entries([...folders.keys()], seeds, instanceOf),
		instantiate(slug, seed) {
			const known = seeds(slug);
			const chosen = seed ?? known[Math.floor(Math.random() * known.length)];
			if (chosen === undefined || !known.includes(chosen)) {
				throw new AppError("seed-not-found", `${slug} has no seed ${chosen ?? "at all"}; it has ${known.join(", ")}.`, { kind: "invalid" });
			}
			return instanceOf(slug, chosen);
		},
		async lint(wanted) {
			const slugs = wanted.length > 0 ? wanted : [...folders.keys()];
			const results = [];
			for (const slug of slugs) {
				const problems = await lintFolder(folderOf(slug));
				results.push({ slug, ok: problems.length === 0, problems });
			}
			return results;
		},
	};
}

async function readFolders(directory: string): Promise<Map<string, ScenarioFolder>> {
	const names = await readdir(directory).catch((cause: unknown) => {
		throw new AppError("catalogue-not-found", `No scenarios at ${directory}.`, { cause });
	});
	const folders = new Map<string, ScenarioFolder>();
	for (const slug of names.sort()) {
		const path = join(directory, slug);
		if (!(await stat(path)).isDirectory()) continue;
		const folder = await readFolder(path, slug);
		if (Object.keys(folder.files).length > 0) folders.set(slug, folder);
	}
	return folders;
}

function entries(
	slugs: readonly string[],
	seeds: (slug: string) => number[],
	instanceOf: (slug: string, seed: number) => ScenarioInstance,
): CatalogueEntry[] {
	const found: CatalogueEntry[] = [];
	for (const slug of slugs) {
		try {
			const { title, symptom, layer, level, minutes, tags } = instanceOf(slug, seeds(slug)[0] ?? 0);
			found.push({ slug, title, symptom, layer, level, minutes, tags, seeds: seeds(slug) });
		} catch (error) {
			if (!(error instanceof AppError)) throw error;
		}
	}
	return found.sort((a, b) => a.level - b.level || a.title.localeCompare(b.title));
}
