import type { V1Container, V1Deployment } from "@kubernetes/client-node";
import { guardRule } from "../../scenarios/guard-schema.ts";
import type { ScenarioInstance } from "../../scenarios/instance.ts";
import type { KubeObject } from "../../scenarios/manifests.ts";
import { judgeGuards } from "../guards/guards.ts";
import { deployment, service, shopView } from "./shop-view.ts";

export type View = Parameters<NonNullable<Parameters<typeof shopView>[0]>>[0];

export const baseline = [
	...["front", "catalog"].map((name) => ({ kind: "Deployment", ...deployment(name, name === "catalog" ? 2 : 1) })),
	{ kind: "Service", ...service("catalog") },
] as unknown as KubeObject[];

/** Judges one guard on the shop, after a change and beside what the fault left. */
export function judge(rule: object, change?: (view: View) => void, before?: (view: View) => void) {
	return judgeWith(baseline, rule, change, before);
}

/** The same with another baseline. */
export function judgeWith(objects: KubeObject[], rule: object, change?: (view: View) => void, before?: (view: View) => void) {
	const parsed = guardRule.parse(rule);
	const scenario = {
		namespace: "shop",
		baselineObjects: structuredClone(objects).map((object) => ({ object, file: "", line: 1 })),
		guards: [{ id: "g", title: "g", rule: parsed }],
	} as unknown as ScenarioInstance;
	const [result] = judgeGuards({ scenario, view: shopView(change), before: before && shopView(before) });
	return result;
}

export const catalog = (view: View) => view.deployments.find(({ metadata }) => metadata?.name === "catalog") as V1Deployment;
export const container = (view: View) => catalog(view).spec?.template.spec?.containers[0] as V1Container;

type Spec = NonNullable<V1Deployment["spec"]>["template"]["spec"];
export const template = (view: View) => catalog(view).spec?.template.spec as NonNullable<Spec>;
