import type { Vantage } from "../../providers/provider.ts";
import type { Vantage as VantageSpec } from "../../scenarios/check-schema.ts";
import { genuinePods, isLeaving } from "../cluster-view.ts";
import type { CheckContext } from "./judgement.ts";

/** Where probes of one check go out from. */
export interface Origins {
	/** Taken in turn; empty where there is none. */
	vantages: Vantage[];
	/** In words: `pods of frontend (namespace shop)`. */
	from: string;
}

// Enough to notice that one replica or node differs, few enough to stay light.
const mostPods = 3;

/** Turns a scenario's `from` into vantages that exist now. */
export function originsOf(from: VantageSpec, context: CheckContext): Origins {
	if (from === "workstation") return { vantages: [{ workstation: true }], from: "the workstation" };
	if ("node" in from) {
		const node = from.node === "any" ? context.view.nodes[0]?.name : from.node;
		return { vantages: node ? [{ node }] : [], from: `node ${node ?? from.node}` };
	}
	const workload = context.workload(from);
	const pods = genuinePods(context.view, workload).filter((pod) => !isLeaving(pod) && pod.status?.phase === "Running");
	const vantages = pods.slice(0, mostPods).flatMap((pod) => (pod.metadata?.uid ? [{ podUid: pod.metadata.uid }] : []));
	const noun = vantages.length === 1 ? `pod ${pods[0]?.metadata?.name}` : `pods of ${workload.name}`;
	return { vantages, from: `${noun} (namespace ${workload.namespace})` };
}

/** A list as long as `count` that takes the vantages in turn. */
export function inTurn(vantages: readonly Vantage[], count: number): Vantage[] {
	return Array.from({ length: Math.max(count, vantages.length) }, (_, index) => vantages[index % vantages.length] as Vantage);
}

/** `{node}` in a URL is the first node's address, as a user outside would type it. */
export function addressed(url: string, context: CheckContext): string {
	return url.replaceAll("{node}", context.view.nodes[0]?.address ?? "{node}");
}
