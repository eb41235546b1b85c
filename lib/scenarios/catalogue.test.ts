import { expect, test } from "vitest";
import { parse } from "yaml";
import { loadCatalogue } from "./catalogue.ts";
import { scenariosDirectory } from "./test-support/copies.ts";

const catalogue = await loadCatalogue(scenariosDirectory);

test("every scenario of the checkout is free of problems", async () => {
	const results = await catalogue.lint([]);
	expect(results.length).toBeGreaterThanOrEqual(2);
	expect(results.filter(({ ok }) => !ok)).toEqual([]);
});

test("lists what can be played, easiest first", () => {
	const levels = catalogue.list().map(({ level }) => level);
	expect(levels).toEqual([...levels].sort());
	expect(catalogue.list().map(({ slug }) => slug)).toEqual(expect.arrayContaining(["broken-selector", "wrong-target-port"]));
});

test("a variant has its own names in every part", () => {
	const one = catalogue.instantiate("broken-selector", 1);
	const two = catalogue.instantiate("broken-selector", 2);
	expect(one.access.namespaces).toEqual(["shop"]);
	expect(two.access.namespaces).toEqual(["bookstore"]);
	expect(two.objectives[0]?.check).toMatchObject({ type: "app", url: "http://{node}:30180/via/inventory" });
	const texts = [two.ticket, two.debrief, ...two.hints.map(({ markdown }) => markdown), ...Object.values(two.baseline)];
	for (const text of texts) expect(text).not.toMatch(/\$\{[a-zA-Z]/);
});

test.each(["broken-selector", "wrong-target-port"])("%s has three tiers of hints and four fixes or more a seed to judge", (slug) => {
	for (const seed of catalogue.seeds(slug)) {
		const instance = catalogue.instantiate(slug, seed);
		expect(instance.hints.map(({ tier }) => tier)).toEqual([1, 2, 3]);
		expect(instance.fixes.length).toBeGreaterThanOrEqual(2);
		expect(instance.wrong.length).toBeGreaterThanOrEqual(2);
	}
});

test("the team's manifests hold the fault, so comparing them with the cluster gives nothing away", () => {
	const selector = (text: string | undefined) => (parse(text?.split("---\n")[1] ?? "") as { spec: { selector: unknown } }).spec.selector;
	const instance = catalogue.instantiate("broken-selector", 3);
	expect(selector(instance.files["lab/20-backend.yaml"])).toEqual({
		"app.kubernetes.io/name": "listings-api",
		"app.kubernetes.io/component": "api",
	});
	const ports = catalogue.instantiate("wrong-target-port", 2).files["lab/20-backend.yaml"] ?? "";
	expect(ports).toContain("targetPort: admin");
	expect(ports).toContain("# Reserved for the administrators' page");
});

test("a wrong fix names what fails in the variant's own words", () => {
	const wrong = catalogue.instantiate("wrong-target-port", 1).wrong.find(({ name }) => name.startsWith("04"));
	expect(wrong).toMatchObject({ fails: "application-kept", reason: 'has a further container "proxy"' });
});

test("refuses a scenario and a seed that do not exist", () => {
	expect(() => catalogue.instantiate("no-such-thing")).toThrow(expect.objectContaining({ code: "scenario-not-found", kind: "not-found" }));
	expect(() => catalogue.instantiate("broken-selector", 99)).toThrow(expect.objectContaining({ code: "seed-not-found", kind: "invalid" }));
});
