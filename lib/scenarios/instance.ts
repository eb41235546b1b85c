import { AppError } from "../core/errors.ts";
import { filesBelow, type ScenarioFolder } from "./folder.ts";
import { parseHints, type ScenarioHint } from "./hints.ts";
import { type BaselineObject, readObjects } from "./manifests.ts";
import { substitute, substituteDeep, type VariantValues } from "./placeholders.ts";
import { type FaultStepSpec, type Guard, type Objective, type ScenarioSpec, scenarioSpec } from "./schema.ts";
import { type FixScript, fixScript, type WrongScript, wrongScript } from "./scripts.ts";
import { parseYaml } from "./source.ts";
import { teamFiles } from "./team-files.ts";

/** A step of a fault with the content of its file. */
export type FaultStep = FaultStepSpec & { text: string };

/** One variant of a scenario with every placeholder replaced: all that a lab needs. */
export interface ScenarioInstance {
	slug: string;
	seed: number;
	values: VariantValues;
	title: string;
	symptom: string;
	layer: ScenarioSpec["layer"];
	level: number;
	minutes: number;
	tags: string[];
	skills: string[];
	/** The namespace meant where none is named. */
	namespace: string;
	cluster: ScenarioSpec["cluster"];
	access: ScenarioSpec["access"];
	/** For the workstation's home: `lab/<file>` as the team's repository has it, fault included. */
	files: Record<string, string>;
	/** Markdown. */
	ticket: string;
	hints: ScenarioHint[];
	/** Markdown. */
	debrief: string;
	diagnosis: ScenarioSpec["diagnosis"];
	objectives: Objective[];
	guards: Guard[];
	/** TLS Secrets to be made for each lab. */
	certificates: ScenarioSpec["certificates"];
	/** File name → manifests. */
	baseline: Record<string, string>;
	baselineObjects: BaselineObject[];
	fault: { breaks: string[]; steps: FaultStep[] };
	fixes: FixScript[];
	wrong: WrongScript[];
}

/** Seeds of a scenario in order, from a document that may still be wrong. */
export function seedsOf(document: unknown): number[] {
	const variants = (document as { variants?: Record<string, unknown> } | null | undefined)?.variants;
	if (variants === null || typeof variants !== "object") return [];
	return Object.keys(variants)
		.map(Number)
		.filter(Number.isInteger)
		.sort((a, b) => a - b);
}

/** Values of a seed as text, `seed` included. */
export function variantValues(document: unknown, seed: number): VariantValues {
	const variants = (document as { variants?: Record<string, Record<string, unknown>> } | null | undefined)?.variants ?? {};
	const values = Object.entries(variants[String(seed)] ?? {}).map(([key, value]) => [key, String(value)] as const);
	return { ...Object.fromEntries(values), seed: String(seed) };
}

/**
 * Makes one variant of a scenario.
 * @throws AppError `scenario-invalid` where `scenario.yaml` does not fit its schema; `faultline scenario lint` says all
 */
export function makeInstance(folder: ScenarioFolder, seed: number): ScenarioInstance {
	const text = folder.files["scenario.yaml"] ?? "";
	const document = parseYaml(text).value;
	const values = variantValues(document, seed);
	const parsed = scenarioSpec.safeParse(substituteSpec(document, values));
	if (!parsed.success) {
		const first = parsed.error.issues[0];
		throw new AppError("scenario-invalid", `scenarios/${folder.slug}/scenario.yaml: ${first?.path.join(".")}: ${first?.message}`, {
			kind: "invalid",
			mend: `npx faultline scenario lint ${folder.slug}`,
		});
	}
	const spec = parsed.data;
	const read = (name: string) => substitute(folder.files[name] ?? "", values);
	const steps = spec.fault.steps
		.filter((step) => !step.seeds || step.seeds.includes(seed))
		.map((step) => ({ ...step, text: "apply" in step ? read(step.apply) : "patch" in step ? read(step.patch) : "" }));
	const baseline = Object.fromEntries(
		Object.entries(filesBelow(folder, "baseline", ".yaml", ".yml")).map(([name, content]) => [name, substitute(content, values)]),
	);
	const scripts = (below: string) =>
		Object.entries(filesBelow(folder, below, ".sh")).map(([name, content]) => [name.slice(below.length + 1), content] as const);
	const forSeed = (script: FixScript) => !script.seeds || script.seeds.includes(seed);
	const { title, symptom, layer, level, minutes, tags, skills, namespace, cluster, access, objectives, guards, diagnosis, certificates } =
		spec;
	return {
		...{ slug: folder.slug, seed, values, title, symptom, layer, level, minutes, tags, skills, namespace, cluster, access },
		...{ objectives, guards, diagnosis, certificates, baseline },
		files: teamFiles(baseline, steps, namespace),
		ticket: read("ticket.md"),
		hints: parseHints(read("hints.md")).hints,
		debrief: read("debrief.md"),
		baselineObjects: readObjects(baseline, namespace),
		fault: { breaks: spec.fault.breaks, steps },
		fixes: scripts("fixes")
			.map(([name, content]) => fixScript(name, content))
			.filter(forSeed),
		wrong: scripts("wrong")
			.map(([name, content]) => wrongScript(name, content, values))
			.filter(forSeed) as WrongScript[],
	};
}

/** Replaces placeholders everywhere but in `variants`, which defines them. */
export function substituteSpec(document: unknown, values: VariantValues): unknown {
	if (document === null || typeof document !== "object") return document;
	const { variants, ...rest } = document as Record<string, unknown>;
	return { ...substituteDeep(rest, values), ...(variants === undefined ? {} : { variants }) };
}
