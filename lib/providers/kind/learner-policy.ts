import type { LearnerAccess } from "../provider.ts";
import { type Manifest, policy, policyBinding, validations } from "./admission-policy.ts";
import { ofLearners, systemNamespaces, systemPolicies } from "./learner-system-policy.ts";
import { celList, type PolicyRuleText, podRules, podVariables } from "./pod-rules.ts";

/**
 * Keeps pods away from the node. This is Pod Security's "baseline" said as an admission policy, since the level itself
 * can't be used: `kubectl debug` adds SYS_PTRACE by default, which "baseline" refuses. It binds to namespaces, not to
 * the learner: a Deployment's pods are made by a controller.
 */
export const podPolicyName = "faultline-no-way-to-the-node";
export const namespacePolicyName = "faultline-namespace-labels";

/** A namespace with this label is the platform's own, such as an add-on's; a learner can't set it. */
export const systemLabel = "faultline.dev/system";

const guarded = "(k.startsWith('pod-security.kubernetes.io/') || k.startsWith('faultline.dev/'))";

const namespaceRules: PolicyRuleText[] = [
	[
		"labels that keep the lab safe can't be changed",
		`variables.new.all(k, !${guarded} || (k in variables.old && variables.old[k] == variables.new[k])) && variables.old.all(k, !${guarded} || k in variables.new)`,
	],
];

/** The policies and their bindings. */
export function learnerPolicies(access: Pick<LearnerAccess, "namespaces" | "hostPorts">): Manifest[] {
	return [
		policy(podPolicyName, {
			matchConstraints: {
				resourceRules: [
					{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE", "UPDATE"], resources: ["pods", "pods/ephemeralcontainers"] },
				],
			},
			variables: podVariables,
			validations: validations(podRules(allowedHostPort(access))),
		}),
		policyBinding(podPolicyName, {
			namespaceSelector: {
				matchExpressions: [
					{ key: "kubernetes.io/metadata.name", operator: "NotIn", values: systemNamespaces },
					{ key: systemLabel, operator: "DoesNotExist" },
				],
			},
		}),
		policy(namespacePolicyName, {
			matchConstraints: {
				resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE", "UPDATE"], resources: ["namespaces"] }],
			},
			matchConditions: [ofLearners],
			variables: [
				{ name: "new", expression: "object.metadata.?labels.orValue({})" },
				{ name: "old", expression: "oldObject == null ? {} : oldObject.metadata.?labels.orValue({})" },
			],
			validations: validations(namespaceRules),
		}),
		policyBinding(namespacePolicyName),
		...systemPolicies(),
	];
}

function allowedHostPort({ namespaces, hostPorts }: Pick<LearnerAccess, "namespaces" | "hostPorts">): string {
	const none = "p.?hostPort.orValue(0) == 0";
	if (hostPorts.length === 0) return none;
	return `${none} || (request.namespace in ${celList(namespaces)} && p.hostPort in [${hostPorts.join(", ")}])`;
}
