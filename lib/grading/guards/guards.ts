import type { GuardResult } from "../../protocol/report.ts";
import type { GuardRuleOf } from "../../scenarios/guard-schema.ts";
import type { ScenarioInstance } from "../../scenarios/instance.ts";
import type { ClusterView } from "../cluster-view.ts";
import { fieldProblems } from "../object-field.ts";
import { answersGenuine } from "./answers-genuine.ts";
import { appKept } from "./app-kept.ts";
import { type Finding, finding } from "./finding.ts";
import type { GuardContext } from "./guard-context.ts";
import { objectKept, othersUnharmed, replicasKept } from "./kept.ts";
import { noAddresses } from "./no-addresses.ts";
import { policyEnvelope } from "./policy-envelope.ts";
import { servicesKept } from "./services-kept.ts";

/**
 * Judges every guard of a scenario on one snapshot.
 * @param options.before the cluster as the fault left it; undefined where there was no fault yet
 */
export function judgeGuards(options: { scenario: ScenarioInstance; view: ClusterView; before: ClusterView | undefined }): GuardResult[] {
	const { scenario, view, before } = options;
	const context = { view, before, baseline: scenario.baselineObjects, namespace: scenario.namespace };
	return scenario.guards.map(({ id, title, rule }) => ({ id, title, ...judge(rule, context) }));
}

function judge(rule: ScenarioInstance["guards"][number]["rule"], context: GuardContext): Finding {
	const { baseline: baselineObjects, namespace, view } = context;
	switch (rule.type) {
		case "no-addresses":
			return noAddresses(rule, context);
		case "app-kept":
			return appKept(rule, context);
		case "services-kept":
			return servicesKept(rule, baselineObjects, view, namespace);
		case "object":
			return objectField(rule, view, namespace);
		case "policy-envelope":
			return policyEnvelope(rule, context);
		case "new-routes":
			return { verdict: "unproven", message: "Asked in a check, once every objective passes." };
		case "object-kept":
			return objectKept(rule, context);
		case "replicas-kept":
			return replicasKept(rule, context);
		case "answers-genuine":
			return answersGenuine(rule, context);
		case "others-unharmed":
			return othersUnharmed(rule, context);
	}
}

function objectField(rule: GuardRuleOf<"object">, view: ClusterView, fallback: string): Finding {
	const { problems, seen } = fieldProblems(rule, view, fallback);
	return finding(problems, `${rule.target}: ${rule.path} is ${seen}`);
}
