import { expect, test } from "vitest";
import type { ScenarioSummary } from "#lib/protocol/scenario.ts";
import { countByLayer, countWords, filterScenarios, nextFor, noFilter } from "./filter.ts";

function scenario(slug: string, more: Partial<ScenarioSummary> = {}): ScenarioSummary {
	return { slug, title: slug, symptom: "", layer: "service", level: 1, minutes: 10, tags: [], progress: "new", bestMs: null, ...more };
}

const all = [
	scenario("refused", { title: "Checkout is refused", symptom: "connection refused", level: 2 }),
	scenario("names", { title: "No such host", symptom: "names fail since Tuesday", layer: "dns", level: 1, tags: ["coredns"] }),
	scenario("wall", { title: "After the hardening", symptom: "names fail, addresses work", layer: "policy", level: 3 }),
];

test("every word typed has to occur, in whichever field", () => {
	expect(filterScenarios(all, { ...noFilter, text: "fail names" }).map((one) => one.slug)).toEqual(["names", "wall"]);
	expect(filterScenarios(all, { ...noFilter, text: "COREDNS" }).map((one) => one.slug)).toEqual(["names"]);
	expect(filterScenarios(all, { ...noFilter, text: "names refused" })).toEqual([]);
});

test("layer and level narrow together, and the easiest comes first", () => {
	expect(filterScenarios(all, noFilter).map((one) => one.level)).toEqual([1, 2, 3]);
	expect(filterScenarios(all, { ...noFilter, layer: "dns", level: 1 }).map((one) => one.slug)).toEqual(["names"]);
	expect(filterScenarios(all, { ...noFilter, layer: "dns", level: 2 })).toEqual([]);
});

test("the count of a layer does not depend on the layer that is chosen", () => {
	const counts = countByLayer(all, { text: "fail", layer: "dns", level: null });
	expect(Object.fromEntries(counts)).toEqual({ dns: 1, policy: 1 });
});

test("the count is said in words", () => {
	expect(countWords(3, 3)).toBe("3 scenarios");
	expect(countWords(1, 1)).toBe("1 scenario");
	expect(countWords(0, 3)).toBe("0 of 3");
	expect(countWords(0, 0)).toBe("No scenarios");
});

test("next is the easiest new one, of the layer that was solved least", () => {
	const mixed = [
		scenario("a", { progress: "solved" }),
		scenario("b", { layer: "service" }),
		scenario("c", { layer: "edge", title: "zzz" }),
		scenario("d", { layer: "dns", level: 4 }),
	];
	expect(nextFor(mixed)?.slug).toBe("c");
	expect(nextFor(mixed, "c")?.slug).toBe("b");
});

test("where nothing is new, a workaround waits to be done right; else there is no next", () => {
	expect(nextFor([scenario("a", { progress: "solved" }), scenario("b", { progress: "workaround" })])?.slug).toBe("b");
	expect(nextFor([scenario("a", { progress: "solved" })])).toBeNull();
});
