import type { KubernetesObject } from "@kubernetes/client-node";
import type { Clock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import type { LabEnvironment } from "../providers/provider.ts";
import { type ClusterView, genuinePods, isLeaving, isReady, type Workload } from "./cluster-view.ts";

/** A workload that is not back by then is broken: the shop's pods start in 1 to 3 s, images are on the node. */
const backWithinMs = 60_000;
const pollMs = 400;
const commandMs = 20_000;

export interface Disturber {
	/** Deletes one pod of each workload, as a node failure would. */
	deletePods(): Promise<void>;
	/** Rolls each workload out once, as the next deploy would. */
	rollOut(): Promise<void>;
	/**
	 * Waits until every workload is whole again.
	 * @returns what is not, in words, once the time is over
	 */
	settled(): Promise<string | undefined>;
}

/** @param read the cluster's present state */
export function createDisturber(options: {
	environment: Pick<LabEnvironment, "kubectl">;
	workloads: readonly Workload[];
	read(): Promise<ClusterView>;
	clock: Clock;
	signal: AbortSignal;
}): Disturber {
	const { environment, workloads, read, clock, signal } = options;
	// What the learner has left makes the disturbance itself impossible: a paused Deployment, a webhook that refuses.
	const refused: string[] = [];
	const act = async (args: string[]) => {
		const result = await environment.kubectl(args, { timeoutMs: commandMs, signal });
		if (result.exitCode !== 0 && /paused|denied|webhook/i.test(result.stderr)) return void refused.push(result.stderr.trim());
		// What the learner has deleted cannot be disturbed: the probes tell that story.
		if (result.exitCode !== 0 && !/not ?found/i.test(result.stderr)) {
			throw new AppError("grade-command-failed", `kubectl ${args.slice(0, 3).join(" ")} failed: ${result.stderr.trim()}`, {
				retryable: true,
			});
		}
	};
	return {
		async deletePods() {
			const view = await read();
			await Promise.all(
				workloads.map(async (workload) => {
					const name = genuinePods(view, workload).find((pod) => isReady(pod) && !isLeaving(pod))?.metadata?.name;
					if (name) await act(["delete", "pod", name, "-n", workload.namespace, "--wait=false"]);
				}),
			);
		},
		async rollOut() {
			await Promise.all(
				workloads.map(({ kind, namespace, name }) => act(["rollout", "restart", `${kind.toLowerCase()}/${name}`, "-n", namespace])),
			);
		},
		async settled() {
			if (refused.length > 0) return refused.join("; ");
			const deadline = clock.now() + backWithinMs;
			for (;;) {
				const view = await read();
				const pending = workloads.map((workload) => unsettled(view, workload)).filter((problem) => problem !== undefined);
				if (pending.length === 0) return undefined;
				if (clock.now() > deadline) return `${pending.join("; ")} after ${backWithinMs / 1000} s`;
				await clock.sleep(pollMs, signal);
			}
		},
	};
}

/** Why a workload is not whole yet: not rolled out, pods missing, or old ones still leaving. */
export function unsettled(view: ClusterView, workload: Workload): string | undefined {
	if (workload.kind !== "Deployment") return pending(view, workload);
	const deployment = view.deployments.find(({ metadata }) => metadata?.name === workload.name && metadata.namespace === workload.namespace);
	if (!deployment) return undefined;
	const { metadata, spec, status } = deployment;
	const wanted = spec?.replicas ?? 1;
	const current =
		(status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0) &&
		(status?.updatedReplicas ?? 0) === wanted &&
		(status?.availableReplicas ?? 0) === wanted &&
		(status?.replicas ?? 0) === wanted;
	const pods = genuinePods(view, workload);
	const ready = pods.filter((pod) => isReady(pod) && !isLeaving(pod)).length;
	if (!current || ready !== wanted) return `Deployment ${workload.name} has ${ready} of ${wanted} pods ready`;
	return pods.some(isLeaving) ? `a pod of Deployment ${workload.name} is still leaving` : undefined;
}

/** The same of a StatefulSet or DaemonSet; a StatefulSet's rollout is over when every pod is of the newest template. */
function pending(view: ClusterView, workload: Workload): string | undefined {
	const named = ({ metadata }: KubernetesObject) => metadata?.name === workload.name && metadata.namespace === workload.namespace;
	const statefulSet = workload.kind === "StatefulSet" ? view.statefulSets.find(named) : undefined;
	const daemonSet = workload.kind === "DaemonSet" ? view.daemonSets.find(named) : undefined;
	const { metadata, status } = statefulSet ?? daemonSet ?? {};
	if (!metadata) return undefined;
	const wanted = statefulSet ? (statefulSet.spec?.replicas ?? 1) : (daemonSet?.status?.desiredNumberScheduled ?? 0);
	const updated = statefulSet ? statefulSet.status?.updatedReplicas : daemonSet?.status?.updatedNumberScheduled;
	const current = (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0) && (updated ?? 0) >= wanted;
	const pods = genuinePods(view, workload);
	const ready = pods.filter((pod) => isReady(pod) && !isLeaving(pod)).length;
	if (!current || ready !== wanted) return `${workload.kind} ${workload.name} has ${ready} of ${wanted} pods ready`;
	return pods.some(isLeaving) ? `a pod of ${workload.kind} ${workload.name} is still leaving` : undefined;
}
