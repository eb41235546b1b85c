import type { LabEnvironment } from "../../providers/provider.ts";

interface PodState {
	metadata: { name: string };
	status: {
		phase?: string;
		containerStatuses?: { name: string; ready: boolean; state: Record<string, { reason?: string; message?: string } | undefined> }[];
		conditions?: { type: string; status: string; message?: string }[];
	};
}

/** Why pods of a Deployment are not up, in the cluster's own words; never throws. */
export async function explainPods(environment: LabEnvironment, namespace: string, deployment: string): Promise<string> {
	try {
		const { stdout } = await environment.kubectl(["get", "pods", "-n", namespace, "-o", "json"], { timeoutMs: 15_000 });
		const pods = (JSON.parse(stdout) as { items: PodState[] }).items.filter((pod) => pod.metadata.name.startsWith(`${deployment}-`));
		const said = pods.flatMap(({ metadata, status }) => {
			const waiting = (status.containerStatuses ?? []).flatMap(({ ready, state }) => {
				const held = state.waiting ?? state.terminated;
				return ready ? [] : [held ? `${held.reason ?? "waiting"} ${held.message ?? ""}`.trim() : "running, not ready"];
			});
			const unscheduled = (status.conditions ?? []).flatMap(({ type, status: is, message }) =>
				type === "PodScheduled" && is === "False" ? [message] : [],
			);
			const reasons = [...unscheduled, ...waiting];
			return reasons.length > 0 ? [`${metadata.name}: ${reasons.join(", ")}`] : [];
		});
		return said.join("; ") || `${pods.length} pods, no reason given`;
	} catch {
		return "its pods could not be read";
	}
}
