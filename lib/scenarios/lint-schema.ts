import type { z } from "zod";
import type { AddProblem } from "./problem.ts";
import { scenarioSpec } from "./schema.ts";
import type { YamlSource } from "./source.ts";
import { didYouMean } from "./suggest.ts";

/** Keys that are known somewhere in the schema: the pool for "did you mean". */
const knownKeys = collectKeys(scenarioSpec, new Set(), new Set());

/**
 * Checks a substituted document against the schema and adds what does not fit.
 * @returns whether it fits
 */
export function lintSchema(source: YamlSource, document: unknown, add: AddProblem): boolean {
	const parsed = scenarioSpec.safeParse(document);
	if (parsed.success) return true;
	for (const issue of parsed.error.issues) report(issue, [], source, add);
	return false;
}

function report(issue: z.core.$ZodIssue, prefix: PropertyKey[], source: YamlSource, add: AddProblem): void {
	const path = [...prefix, ...issue.path].map((key) => (typeof key === "number" ? key : String(key)));
	if (issue.code === "unrecognized_keys") {
		for (const key of issue.keys) {
			const where = path.length > 0 ? ` in ${path.join(".")}` : "";
			add("scenario.yaml", source.lineOf([...path, key]), `unknown key "${key}"${where}`, didYouMean(key, [...knownKeys]));
		}
		return;
	}
	if (issue.code === "invalid_union" && issue.errors.length > 0) {
		// The branch that got furthest is the one that was meant.
		const branch = [...issue.errors].sort((a, b) => score(a) - score(b))[0] ?? [];
		if (branch.some((inner) => inner.path.length > 0 || inner.code === "unrecognized_keys")) {
			for (const inner of branch) report(inner, path, source, add);
			return;
		}
	}
	const message = issue.code === "invalid_union" && "note" in issue && issue.note ? `${issue.message}: ${issue.note}` : issue.message;
	add("scenario.yaml", source.lineOf(path), `${path.join(".") || "the document"}: ${message}`);
}

/** Fewer and deeper issues mean a nearer branch. */
function score(issues: readonly z.core.$ZodIssue[]): number {
	return issues.reduce((sum, issue) => sum + (issue.path.length === 0 ? 10 : 1), 0);
}

function collectKeys(schema: unknown, keys: Set<string>, seen: Set<unknown>): Set<string> {
	if (schema === null || typeof schema !== "object" || seen.has(schema)) return keys;
	seen.add(schema);
	const def = (schema as { _zod?: { def?: Record<string, unknown> } })._zod?.def;
	if (!def) return keys;
	const shape = def.shape as Record<string, unknown> | undefined;
	for (const [key, inner] of Object.entries(shape ?? {})) {
		keys.add(key);
		collectKeys(inner, keys, seen);
	}
	for (const inner of [def.element, def.innerType, def.valueType, ...((def.options as unknown[] | undefined) ?? [])])
		collectKeys(inner, keys, seen);
	return keys;
}
