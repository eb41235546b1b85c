import type { GuardResult } from "../../protocol/report.ts";
import type { GuardRuleOf } from "../../scenarios/guard-schema.ts";
import type { ScenarioInstance } from "../../scenarios/instance.ts";
import type { ClusterView } from "../cluster-view.ts";
import { fieldProblems } from "../object-field.ts";
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
	const { problems, seen } = fieldProblems(rule, view, fallback);
	return finding(problems, `${rule.target}: ${rule.path} is ${seen}`);
}
