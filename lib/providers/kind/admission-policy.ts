import type { KubernetesObject } from "@kubernetes/client-node";
import type { PolicyRuleText } from "./pod-rules.ts";

export type Manifest = KubernetesObject & Record<string, unknown>;

export function validations(rules: PolicyRuleText[]) {
	return rules.map(([message, expression]) => ({ message, expression, reason: "Forbidden" }));
}

export function policy(name: string, spec: object): Manifest {
	return {
		apiVersion: "admissionregistration.k8s.io/v1",
		kind: "ValidatingAdmissionPolicy",
		metadata: { name },
		spec: { failurePolicy: "Fail", ...spec },
	};
}

export function policyBinding(name: string, matchResources?: object): Manifest {
	return {
		apiVersion: "admissionregistration.k8s.io/v1",
		kind: "ValidatingAdmissionPolicyBinding",
		metadata: { name },
		spec: { policyName: name, validationActions: ["Deny"], ...(matchResources ? { matchResources } : {}) },
	};
}
