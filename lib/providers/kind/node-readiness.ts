import { type Manifest, policy, policyBinding } from "./admission-policy.ts";

export const readinessPolicyName = "faultline-nodes-stay-ready";

const readyIn = (object: string) => `${object}.?status.conditions.orValue([]).exists(c, c.type == 'Ready' && c.status == 'True')`;

/**
 * A node that was ready stays so. After a freeze the node controller finds that a node has not been heard of, and the kubelet
 * that its runtime has not been asked, for as long: both say so at once, before either has looked again. The node was then
 * NotReady for 10 s, with all its pods, and no Service had endpoints (seen after 75 s; the controller's patience is 50 s, the
 * kubelet's 30 s). Refused, they look again: the kubelet at once and every 10 s, the controller every 5 s. What is refused is
 * only the way down, and no lab lets a learner at a node's runtime.
 */
export function readinessPolicies(): Manifest[] {
	return [
		policy(readinessPolicyName, {
			// Whatever this can't judge goes on.
			failurePolicy: "Ignore",
			matchConstraints: {
				resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["UPDATE"], resources: ["nodes/status"] }],
			},
			validations: [{ expression: `!${readyIn("oldObject")} || ${readyIn("object")}`, message: "a lab's node stays ready" }],
		}),
		policyBinding(readinessPolicyName),
	];
}
