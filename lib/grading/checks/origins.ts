import type { V1Pod } from "@kubernetes/client-node";
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
	if (from === "edge") return { vantages: [{ edge: true }], from: "a user outside" };
	if ("node" in from) {
		const node = from.node === "any" ? context.view.nodes[0]?.name : from.node;
		return { vantages: node ? [{ node }] : [], from: `node ${node ?? from.node}` };
	}
	if ("pods" in from) {
		const namespace = from.namespace ?? context.namespace;
		const labels = Object.entries(from.pods);
		const running = context.view.pods.filter(
			(pod) =>
				pod.metadata?.namespace === namespace &&
				labels.every(([key, value]) => pod.metadata?.labels?.[key] === value) &&
				!isLeaving(pod) &&
				pod.status?.phase === "Running",
		);
		const words = labels.map(([key, value]) => `${key}=${value}`).join(",");
		return { vantages: running.slice(0, mostPods).map(vantageOf), from: `pods with ${words} (namespace ${namespace})` };
	}
	const workload = context.workload(from);
	const pods = genuinePods(context.view, workload).filter((pod) => !isLeaving(pod) && pod.status?.phase === "Running");
	const vantages = pods.slice(0, mostPods).map(vantageOf);
	const noun = vantages.length === 1 ? `pod ${pods[0]?.metadata?.name}` : `pods of ${workload.name}`;
	return { vantages, from: `${noun} (namespace ${workload.namespace})` };
}

function vantageOf(pod: V1Pod): Vantage {
	return { podUid: pod.metadata?.uid ?? "" };
}

/** A list as long as `count` that takes the vantages in turn. */
export function inTurn(vantages: readonly Vantage[], count: number): Vantage[] {
	return Array.from({ length: Math.max(count, vantages.length) }, (_, index) => vantages[index % vantages.length] as Vantage);
}

/** `{node}` in a URL is the first node's address, as a user outside would type it. */
export function addressed(url: string, context: CheckContext): string {
	return url.replaceAll("{node}", context.view.nodes[0]?.address ?? "{node}");
}
