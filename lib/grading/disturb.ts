import type { V1Pod } from "@kubernetes/client-node";
import type { Clock } from "../core/clock.ts";
import type { ClusterHands, Deed } from "./cluster-hands.ts";
import { type ClusterView, isLeaving, isReady } from "./cluster-view.ts";
import { controllerOf, inWords, isRollable, keyOf, podsOf, type Served } from "./served.ts";
import { type Lack, lackOf } from "./whole.ts";

/** A workload that is not back by then is broken: the shop's pods start in 1 to 3 s, images are on the node. */
const backWithinMs = 60_000;
/** So long the cluster must say that a workload can't come back before it is believed. */
const hopelessMs = 15_000;
/** A pod that takes its full grace period to end is ended: nothing is learnt by waiting. */
const graceMs = 2_000;
const lookMs = 500;

/** What a decisive check sees of the cluster while it acts. */
export interface Watching {
	current(): ClusterView;
	/** Resolves with the next change, or after so long. */
	change(mostMs: number): Promise<void>;
}

export interface Disturber {
	/** Deletes one pod of each workload, one that serves where there is one, as a node failure would. */
	deletePods(served: readonly Served[]): Promise<void>;
	/** Rolls each workload out once, as the next deploy would. */
	rollOut(served: readonly Served[]): Promise<void>;
	/**
	 * Waits until every workload is whole again.
	 * @param onProgress told how many pods are ready, in words
	 * @returns for each that is not, by its key, why
	 */
	settled(served: readonly Served[], onProgress: (counts: string) => void): Promise<Map<string, string>>;
	/** UIDs of the pods that were deleted. */
	readonly deleted: ReadonlySet<string>;
}

export function createDisturber(options: { hands: ClusterHands; watching: Watching; clock: Clock }): Disturber {
	const { hands, watching, clock } = options;
	const deleted = new Set<string>();
	const generations = new Map<string, number>();
	const refused = new Map<string, string>();

	async function remove(pod: V1Pod): Promise<Deed> {
		const { name = "", namespace = "", uid = "" } = pod.metadata ?? {};
		deleted.add(uid);
		return hands.deletePod({ name, namespace });
	}

	function note(served: Served, what: string, { refused: said }: Deed): void {
		if (said) refused.set(keyOf(served), `${inWords(served)} can't be ${what}: ${said}`);
	}

	/** Lends the cluster a hand where a rollout waits for something that an operator would give at once. */
	async function help(served: Served, lack: Lack, since: number, helped: Set<string>): Promise<void> {
		const pods = podsOf(watching.current(), served);
		// A port of the node that the old pod still holds: whoever rolls this out deletes the old pod.
		const blocking = /free ports/.test(lack.problem) ? pods.find((pod) => isReady(pod) && !isLeaving(pod)) : undefined;
		const slow = clock.now() - since > graceMs ? pods.find(endsSlowly) : undefined;
		for (const pod of [blocking, slow]) {
			const key = pod === blocking ? `${keyOf(served)} room` : `${pod?.metadata?.uid} grace`;
			if (!pod || helped.has(key)) continue;
			helped.add(key);
			await remove(pod);
		}
	}

	return {
		deleted,
		async deletePods(served) {
			const view = watching.current();
			const serving = new Set(view.endpointSlices.flatMap(({ endpoints }) => (endpoints ?? []).flatMap(({ addresses }) => addresses)));
			await Promise.all(
				served.map(async (one) => {
					const ready = podsOf(view, one).filter((pod) => isReady(pod) && !isLeaving(pod));
					const pod = ready.find(({ status }) => serving.has(status?.podIP ?? "")) ?? ready[0];
					if (pod) note(one, "disturbed", await remove(pod));
				}),
			);
		},
		async rollOut(served) {
			await Promise.all(
				served.filter(isRollable).map(async (one) => {
					const spec = controllerOf(watching.current(), one)?.spec;
					if (spec && "paused" in spec && spec.paused) return note(one, "rolled out", { refused: "it is paused" });
					const deed = await hands.rollOut(one);
					note(one, "rolled out", deed);
					if (deed.generation !== undefined) generations.set(keyOf(one), deed.generation);
					// Of these a rollout replaces no pod by itself.
					const strategy = spec && "updateStrategy" in spec ? spec.updateStrategy?.type : undefined;
					if (strategy === "OnDelete") await Promise.all(podsOf(watching.current(), one).map(remove));
				}),
			);
		},
		async settled(served, onProgress) {
			const since = clock.now();
			const hopelessSince = new Map<string, number>();
			const helped = new Set<string>();
			for (;;) {
				const view = watching.current();
				const now = clock.now();
				const waited = served.filter((one) => !refused.has(keyOf(one)));
				const lacks = waited.flatMap((one) => {
					const lack = lackOf(view, one, generations.get(keyOf(one))) ?? unseen(view, one, deleted);
					return lack ? [{ one, key: keyOf(one), lack }] : [];
				});
				onProgress(counts(view, waited));
				for (const { key } of lacks.filter(({ lack }) => lack.hopeless)) hopelessSince.set(key, hopelessSince.get(key) ?? now);
				for (const key of hopelessSince.keys())
					if (!lacks.some((entry) => entry.key === key && entry.lack.hopeless)) hopelessSince.delete(key);
				const open = lacks.filter(({ key }) => now - (hopelessSince.get(key) ?? now) < hopelessMs);
				if (open.length === 0 || now - since > backWithinMs) {
					const seconds = Math.round((now - since) / 1000);
					return new Map([...refused, ...lacks.map(({ key, lack }) => [key, `${lack.problem} after ${seconds} s`] as const)]);
				}
				for (const { one, lack } of open) await help(one, lack, since, helped);
				await watching.change(lookMs);
			}
		},
	};
}

/** A deletion that the view does not know of yet. */
function unseen(view: ClusterView, served: Served, deleted: ReadonlySet<string>): Lack | undefined {
	const still = podsOf(view, served).some((pod) => deleted.has(pod.metadata?.uid ?? "") && !isLeaving(pod));
	return still ? { problem: `a pod of ${inWords(served)} is still there`, ready: 0, wanted: 0, hopeless: false } : undefined;
}

function endsSlowly({ metadata }: V1Pod): boolean {
	return metadata?.deletionTimestamp !== undefined && (metadata.deletionGracePeriodSeconds ?? 0) > 1;
}

/** `2 of 3 ready`. */
function counts(view: ClusterView, served: readonly Served[]): string {
	const sums = served.map((one) => {
		const controller = controllerOf(view, one);
		const ready = podsOf(view, one).filter((pod) => isReady(pod) && !isLeaving(pod) && isCurrent(view, pod, one)).length;
		const spec = controller?.spec;
		const wanted = spec && "replicas" in spec ? (spec.replicas ?? 1) : ready;
		return { ready: Math.min(ready, wanted), wanted };
	});
	return `${sums.reduce((sum, { ready }) => sum + ready, 0)} of ${sums.reduce((sum, { wanted }) => sum + wanted, 0)} ready`;
}

/** Whether a pod is of its Deployment's newest template; where that can't be told, yes. */
function isCurrent(view: ClusterView, pod: V1Pod, served: Served): boolean {
	const revision = controllerOf(view, served)?.metadata?.annotations?.["deployment.kubernetes.io/revision"];
	const owner = pod.metadata?.ownerReferences?.find(({ controller }) => controller);
	const set = view.replicaSets.find(({ metadata }) => metadata?.uid === owner?.uid);
	const own = set?.metadata?.annotations?.["deployment.kubernetes.io/revision"];
	return revision === undefined || own === undefined || revision === own;
}
