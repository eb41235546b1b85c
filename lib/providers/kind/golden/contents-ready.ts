import { CoreV1Api, type KubeConfig, type V1Node, type V1Pod } from "@kubernetes/client-node";
import type { Clock } from "../../../core/clock.ts";
import { waitUntil } from "../wait-until.ts";

/** A clone's pods were back after 4 s on a quiet host. One that stays away is made by kind instead: that is what waiting longer would cost. */
const backWithinMs = 90_000;
/** Ends of pods are waited for: their grace period is 30 s where nobody says otherwise. */
const steadyWithinMs = 120_000;
const stepMs = 100;

interface PodsOptions {
	admin: KubeConfig;
	clock: Clock;
	signal: AbortSignal;
}

/** Pods that are ready once none is ending any more, `namespace/name`; without those that nodes make themselves. */
export async function readyPods({ admin, clock, signal }: PodsOptions): Promise<string[]> {
	const core = admin.makeApiClient(CoreV1Api);
	let ready: string[] = [];
	const steady = async () => {
		const { items } = await core.listPodForAllNamespaces();
		const ending = items.filter(({ metadata }) => metadata?.deletionTimestamp !== undefined);
		ready = items.filter((pod) => isReady(pod) && !isStatic(pod)).map(nameOf);
		return ending.length > 0 ? `${ending.map(nameOf).join(", ")} still there` : undefined;
	};
	await waitUntil(steady, { clock, signal, timeoutMs: steadyWithinMs, what: "The end of pods" });
	return ready;
}

/** Waits until every node and all of these pods are ready. @throws AppError `not-ready` naming those that are not */
export async function waitForPods({ admin, clock, signal }: PodsOptions, names: readonly string[]): Promise<void> {
	const core = admin.makeApiClient(CoreV1Api);
	const back = async () => {
		const [pods, nodes] = await Promise.all([core.listPodForAllNamespaces(), core.listNode()]);
		const ready = new Set(pods.items.filter(isReady).map(nameOf));
		const asleep = nodes.items.filter((node) => !isReady(node)).map(({ metadata }) => metadata?.name ?? "");
		const missing = [...asleep, ...names.filter((name) => !ready.has(name))];
		return missing.length > 0 ? `${missing.join(", ")} not ready` : undefined;
	};
	await waitUntil(back, { clock, signal, stepMs, timeoutMs: backWithinMs, what: "The cluster as it was prepared" });
}

const nameOf = ({ metadata }: V1Pod) => `${metadata?.namespace}/${metadata?.name}`;
const isReady = ({ status }: V1Pod | V1Node) =>
	status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
const isStatic = ({ metadata }: V1Pod) => metadata?.ownerReferences?.some(({ kind }) => kind === "Node") ?? false;
