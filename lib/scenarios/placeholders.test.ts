// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of scenarios look like that
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseHints } from "./hints.ts";
import { scenarioJsonSchema } from "./json-schema.ts";
import { placeholdersOf, substitute, substituteDeep } from "./placeholders.ts";
import { nearest } from "./suggest.ts";

test("replaces what it knows, leaves the rest, and lets a shell have its own", () => {
	expect(substitute("http://${backend}:${port}/ ${other} $${HOME}", { backend: "ledger", port: "80" })).toBe(
		"http://ledger:80/ ${other} ${HOME}",
	);
});

test("a number that stands alone becomes one; inside a text it stays text", () => {
	expect(substituteDeep({ port: "${port}", url: "x:${port}", "${name}": ["${name}"] }, { port: "80", name: "a" })).toEqual({
		port: 80,
		url: "x:80",
		a: ["a"],
	});
});

test("finds placeholders by line, escaped ones aside", () => {
	expect(placeholdersOf("a\n${one} $${two}\n${three}")).toEqual([
		{ name: "one", line: 2 },
		{ name: "three", line: 3 },
	]);
});

test("hints are tiers by heading; a comment in code opens none", () => {
	const { hints, problems } = parseHints("## A\nfirst\n```\n## not a tier\n```\n## B\nsecond\n");
	expect(hints).toEqual([
		{ tier: 1, title: "A", markdown: "first\n```\n## not a tier\n```" },
		{ tier: 2, title: "B", markdown: "second" },
	]);
	expect(problems).toEqual([{ line: null, message: "2 tiers of hints, at least three are needed (## Title opens one)" }]);
});

test("suggests only what can have been meant", () => {
	expect(nearest("slector", ["selector", "service"])).toBe("selector");
	expect(nearest("entirely", ["selector", "service"])).toBeUndefined();
});

test("docs/scenario.schema.json is that of the code (node lib/scenarios/write-json-schema.ts)", () => {
	const written = readFileSync(join(import.meta.dirname, "..", "..", "docs", "scenario.schema.json"), "utf8");
	expect(JSON.parse(written)).toEqual(JSON.parse(JSON.stringify(scenarioJsonSchema())));
});
