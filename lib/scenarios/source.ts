import { type Document, isMap, isPair, isScalar, isSeq, LineCounter, parseAllDocuments, parseDocument } from "yaml";

/** A problem in one file. `line` from 1; null where it is about the whole file. */
export interface SourceProblem {
	line: number | null;
	message: string;
	mend?: string;
}

/** A YAML document that knows on which line each path stands. */
export interface YamlSource {
	value: unknown;
	problems: SourceProblem[];
	/** Line of the key or item at a path, or of the nearest parent that exists. */
	lineOf(path: readonly (string | number)[]): number;
}

/** Parses one document; syntax errors come back as problems. */
export function parseYaml(text: string): YamlSource {
	const lines = new LineCounter();
	const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
	return {
		value: document.errors.length > 0 ? undefined : document.toJS(),
		problems: document.errors.map((error) => ({ line: lines.linePos(error.pos[0]).line, message: error.message })),
		lineOf: (path) => lineOf(document, lines, path),
	};
}

/** Parses a stream of documents, as manifests are. */
export function parseManifests(text: string): { value: unknown; line: number; problems: SourceProblem[]; document: Document }[] {
	const lines = new LineCounter();
	const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false });
	return (Array.isArray(documents) ? documents : []).map((document) => ({
		value: document.errors.length > 0 ? undefined : document.toJS(),
		line: lines.linePos(document.contents?.range?.[0] ?? document.range[0]).line,
		problems: document.errors.map((error) => ({ line: lines.linePos(error.pos[0]).line, message: error.message })),
		document: document as Document,
	}));
}

function lineOf(document: Document, lines: LineCounter, path: readonly (string | number)[]): number {
	let node: unknown = document.contents;
	let line = 1;
	for (const key of path) {
		if (isMap(node)) {
			const pair = node.items.find((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(key));
			if (!pair) return line;
			const range = isScalar(pair.key) ? pair.key.range : undefined;
			if (range) line = lines.linePos(range[0]).line;
			node = pair.value;
		} else if (isSeq(node)) {
			node = node.items[Number(key)];
			const range = (node as { range?: [number, number, number] } | undefined)?.range;
			if (!range) return line;
			line = lines.linePos(range[0]).line;
		} else return line;
	}
	return line;
}
