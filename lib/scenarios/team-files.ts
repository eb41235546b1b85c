import { type Document, parse, stringify } from "yaml";
import type { KubeObject } from "./manifests.ts";
import type { FaultStepSpec } from "./schema.ts";
import { parseManifests } from "./source.ts";

interface Doc {
	file: string;
	document: Document;
	object: KubeObject | null;
}

/**
 * The manifests as the team's repository has them when the ticket comes: the baseline with the fault merged in, so that
 * comparing them with the cluster gives nothing away. Comments of the baseline stay.
 * @param baseline path in the scenario's folder → manifests
 * @returns path in the workstation's home (`lab/…`) → manifests
 */
export function teamFiles(
	baseline: Readonly<Record<string, string>>,
	steps: readonly (FaultStepSpec & { text: string })[],
	namespace: string,
): Record<string, string> {
	const docs: Doc[] = Object.entries(baseline).flatMap(([file, text]) =>
		parseManifests(text).map(({ document, value }) => ({ file, document, object: value as KubeObject | null })),
	);
	const extra: Record<string, string> = {};
	for (const step of steps) {
		if ("apply" in step) applyStep(docs, extra, step, namespace);
		else if ("patch" in step && step.type === "merge") {
			const doc = find(docs, step.target, step.namespace ?? namespace, namespace);
			if (doc) mergePatch(doc.document, [], parse(step.text));
		} else if ("patch" in step && step.type === "json") {
			const doc = find(docs, step.target, step.namespace ?? namespace, namespace);
			if (doc) jsonPatch(doc.document, parse(step.text));
		} else if ("delete" in step) {
			const doc = find(docs, step.delete, step.namespace ?? namespace, namespace);
			if (doc) docs.splice(docs.indexOf(doc), 1);
		}
	}
	const files: Record<string, string> = { ...extra };
	for (const file of Object.keys(baseline)) {
		const own = docs.filter((doc) => doc.file === file).map((doc) => doc.document.toString({ lineWidth: 0 }).replace(/^---\n/, ""));
		if (own.length > 0) files[`lab/${file.replace(/^baseline\//, "")}`] = own.join("---\n");
	}
	return files;
}

function applyStep(docs: Doc[], extra: Record<string, string>, step: { apply: string; text: string }, namespace: string): void {
	for (const { document, value } of parseManifests(step.text)) {
		const object = value as KubeObject | null;
		if (!object?.metadata) continue;
		const existing = find(docs, `${object.kind.toLowerCase()}/${object.metadata.name}`, object.metadata.namespace ?? namespace, namespace);
		if (existing) existing.document = document;
		else {
			const file = `lab/${object.metadata.name}.yaml`;
			extra[file] = (extra[file] ? `${extra[file]}---\n` : "") + stringify(value);
		}
	}
}

function find(docs: readonly Doc[], target: string, namespace: string, fallback: string): Doc | undefined {
	const [kind, name] = target.split("/");
	return docs.find(
		({ object }) =>
			object?.kind.toLowerCase() === kind && object?.metadata.name === name && (object?.metadata.namespace ?? fallback) === namespace,
	);
}

/** RFC 7386 on a YAML document, comments kept. */
function mergePatch(document: Document, path: string[], patch: unknown): void {
	if (patch !== null && typeof patch === "object" && !Array.isArray(patch)) {
		for (const [key, value] of Object.entries(patch)) mergePatch(document, [...path, key], value);
	} else if (patch === null) document.deleteIn(path);
	else document.setIn(path, patch);
}

/** RFC 6902 as far as faults need it: add, replace, remove. */
function jsonPatch(document: Document, operations: { op: string; path: string; value?: unknown }[]): void {
	for (const { op, path, value } of operations) {
		const keys = path
			.split("/")
			.slice(1)
			.map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"))
			.map((key) => (/^\d+$/.test(key) ? Number(key) : key));
		if (op === "remove") document.deleteIn(keys);
		else if (keys.at(-1) === "-") document.addIn(keys.slice(0, -1), value);
		else document.setIn(keys, value);
	}
}
