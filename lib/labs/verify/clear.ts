import type { LabEnvironment } from "../../providers/provider.ts";
import { kubectl } from "../steps/baseline.ts";

/** What scenarios, fixes and wrong fixes make in a namespace; the namespace itself holds the learner's rights and stays. */
const kinds = [
	...["deployments", "statefulsets", "daemonsets", "replicasets", "jobs", "cronjobs", "pods", "services", "endpointslices"],
	...["configmaps", "networkpolicies", "ingresses"],
];

/** Empties namespaces and waits until everything in them is gone. */
export async function clearNamespaces(environment: LabEnvironment, namespaces: readonly string[], signal: AbortSignal): Promise<void> {
	await Promise.all(
		namespaces.map(async (namespace) => {
			const args = ["delete", kinds.join(","), "--all", "-n", namespace, "--wait=true", "--timeout=50s"];
			await kubectl(environment, args, signal, undefined, `Namespace ${namespace} could not be emptied`);
		}),
	);
}
