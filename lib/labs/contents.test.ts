import { join } from "node:path";
import { expect, test } from "vitest";
import { loadCatalogue } from "../scenarios/catalogue.ts";
import type { FaultStep, ScenarioInstance } from "../scenarios/instance.ts";
import { canStartBroken, contentsKey } from "./contents.ts";

const catalogue = await loadCatalogue(join(import.meta.dirname, "..", "..", "scenarios"));
const scenario = catalogue.instantiate("broken-selector", 1);
const withFault = (...steps: Partial<FaultStep>[]): ScenarioInstance => ({
	...scenario,
	fault: { ...scenario.fault, steps: steps.map((step) => ({ text: "", ...step }) as FaultStep) },
});

test("a cluster may start with a fault that is in objects that the node reads anew", () => {
	expect(canStartBroken(scenario)).toBe(true);
	expect(canStartBroken(withFault({ delete: "networkpolicy/egress-names" }))).toBe(true);
	expect(canStartBroken(withFault({ apply: "a.yaml", text: "kind: Deployment\n---\nkind: Service" }))).toBe(true);
});

test("it may not where the fault is in what was read before, or in the node", () => {
	expect(canStartBroken(withFault({ patch: "a.yaml", target: "configmap/coredns" }))).toBe(false);
	expect(canStartBroken(withFault({ apply: "a.yaml", text: "kind: Service\n---\nkind: ConfigMap" }))).toBe(false);
	expect(canStartBroken(withFault({ restart: "deployment/front" }))).toBe(false);
	expect(canStartBroken(withFault({ node: "flush-service-rules", on: "any" }))).toBe(false);
});

test("it may not with keys that are each lab's own, nor with add-ons, whose images each cluster pulls", () => {
	expect(canStartBroken(catalogue.instantiate("missing-ingress-controller", 1))).toBe(false);
	expect(canStartBroken({ ...scenario, cluster: { ...scenario.cluster, addons: ["ingress"] } })).toBe(false);
});

test("each variant and each version is kept by itself", () => {
	const keys = [1, 2].flatMap((seed) => ["a", "b"].map((version) => contentsKey(catalogue.instantiate("broken-selector", seed), version)));
	expect(new Set(keys).size).toBe(4);
	expect(contentsKey(withFault({ restart: "deployment/front" }), "a")).toBeUndefined();
});
