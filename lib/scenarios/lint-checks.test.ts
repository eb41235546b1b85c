import { expect, test } from "vitest";
import { type Check, check as checkSchema } from "./check-schema.ts";
import type { ScenarioInstance } from "./instance.ts";
import { lintChecks } from "./lint-checks.ts";

function problemsOf(check: unknown): string[] {
	const problems: string[] = [];
	const objectives = [{ id: "one", title: "One", points: 100, check: checkSchema.parse(check) as Check }];
	lintChecks({ objectives } as unknown as ScenarioInstance, {
		spec: (path, message) => void problems.push(`${path.slice(3).join(".")}: ${message}`),
		need: () => undefined,
	});
	return problems;
}

const matrix = {
	type: "matrix",
	sources: { web: { deployment: "web" }, job: { deployment: "job" } },
	destinations: { pay: { host: "pay", port: 80 }, mail: { host: "mail", port: 80 } },
	allow: [
		{ from: "web", to: ["pay"] },
		{ from: "job", to: ["mail"] },
	],
	deny: [{ from: "job", to: ["pay"] }],
};

test("a table whose denied cells have both controls is free of problems", () => {
	expect(problemsOf(matrix)).toEqual([]);
});

test("a denied cell needs a source that may, and another place where it may", () => {
	expect(problemsOf({ ...matrix, allow: [{ from: "job", to: ["mail"] }] })[0]).toContain(
		"job → pay is denied, but no source is allowed there",
	);
	expect(problemsOf({ ...matrix, allow: [{ from: "web", to: ["pay"] }] })[0]).toContain(
		"job → pay is denied, but job is allowed nowhere else",
	);
	expect(problemsOf({ ...matrix, deny: [{ from: "web", to: ["pay"] }] })[0]).toContain("web → pay is both allowed and denied");
});

test("a node is no source", () => {
	expect(problemsOf({ ...matrix, sources: { ...matrix.sources, node: { node: "any" } } })).toEqual([
		"sources.node: a node is no source: policies do not hold for it",
	]);
});

test("cells name sources and destinations of the table", () => {
	expect(problemsOf({ ...matrix, allow: [...matrix.allow, { from: "wbe", to: ["pya"] }] })).toEqual([
		'allow.2.from: no source "wbe"',
		'allow.2.to: no destination "pya"',
	]);
});

test("an object check names a kind that is looked at and asks something of the field", () => {
	const object = { type: "object", target: "service/pay", path: "spec.type", equals: "ClusterIP", because: "no traffic can tell" };
	expect(problemsOf(object)).toEqual([]);
	expect(problemsOf({ ...object, target: "secret/pay" })).toEqual(["target: no field of a secret can be asked"]);
	expect(problemsOf({ ...object, equals: undefined })[0]).toContain("nothing is asked of the field");
});

test("a certificate needs TLS, and shares need their backends", () => {
	const http = { type: "http", from: "edge", url: "http://{node}/", backends: [{ deployment: "web" }] };
	expect(problemsOf({ ...http, certificate: { dnsName: "shop.example" } })).toEqual([
		"certificate: only an https:// URL has a certificate",
	]);
	const share = (deployment: string, atLeast: number) => [{ backend: { deployment }, atLeast, atMost: 0.5 }];
	expect(problemsOf({ ...http, distribution: share("web", 0.1) })).toEqual([]);
	expect(problemsOf({ ...http, distribution: share("job", 0.6) })).toEqual([
		"distribution.0: deployment/job is not among the backends",
		"distribution.0: atLeast must be below atMost",
	]);
});
