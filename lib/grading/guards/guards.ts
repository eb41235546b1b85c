import type { GuardResult } from "../../protocol/report.ts";
import type { GuardRuleOf } from "../../scenarios/guard-schema.ts";
import type { ScenarioInstance } from "../../scenarios/instance.ts";
import type { ClusterView } from "../cluster-view.ts";
import { appKept } from "./app-kept.ts";
import { type Finding, finding } from "./finding.ts";
import { noAddresses } from "./no-addresses.ts";
import { servicesKept } from "./services-kept.ts";

/** Judges every guard of a scenario on one snapshot. */
export function judgeGuards(scenario: ScenarioInstance, view: ClusterView): GuardResult[] {
	return scenario.guards.map(({ id, title, rule }) => ({ id, title, ...judge(rule, scenario, view) }));
}

function judge(rule: ScenarioInstance["guards"][number]["rule"], scenario: ScenarioInstance, view: ClusterView): Finding {
	const { baselineObjects, namespace } = scenario;
	switch (rule.type) {
		case "no-addresses":
			return noAddresses(rule, baselineObjects, view, namespace);
		case "app-kept":
			return appKept(rule, baselineObjects, view, namespace);
		case "services-kept":
			return servicesKept(rule, baselineObjects, view, namespace);
		case "object":
			return objectField(rule, view, namespace);
		default:
			return { verdict: "error", message: `A guard of kind ${rule.type} can't be judged yet.` };
	}
}

function objectField(rule: GuardRuleOf<"object">, view: ClusterView, fallback: string): Finding {
	const [kind, name] = rule.target.split("/");
	const lists = { deployment: view.deployments, service: view.services, configmap: view.configMaps, pod: view.pods } as const;
	const list = (lists as Record<string, readonly { metadata?: { name?: string; namespace?: string } }[]>)[kind ?? ""];
	if (!list) return { verdict: "error", message: `A guard cannot look at ${kind}.` };
	const object = list.find(({ metadata }) => metadata?.name === name && metadata?.namespace === (rule.namespace ?? fallback));
	if (!object) return finding([`${rule.target} is gone`], "");
	const value = rule.path.split(".").reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], object);
	const broken: string[] = [];
	const seen = value === undefined ? "not set" : JSON.stringify(value);
	if (rule.absent && value !== undefined) broken.push(`${rule.target}: ${rule.path} is ${seen}, it was not set`);
	if (rule.equals !== undefined && value !== rule.equals)
		broken.push(`${rule.target}: ${rule.path} is ${seen} instead of ${JSON.stringify(rule.equals)}`);
	if (rule.atLeast !== undefined && !(Number(value) >= rule.atLeast))
		broken.push(`${rule.target}: ${rule.path} is ${seen}, at least ${rule.atLeast} is needed`);
	return finding(broken, `${rule.target}: ${rule.path} is ${seen}`);
}
