import type { V1Pod } from "@kubernetes/client-node";
import type { Vantage } from "../../providers/provider.ts";
import type { Vantage as VantageSpec } from "../../scenarios/check-schema.ts";
import { genuinePods, isLeaving } from "../cluster-view.ts";
import type { CheckContext } from "./judgement.ts";

/** Where probes of one check go out from. */
export interface Origins {
	/** Taken in turn; empty where there is none. */
	vantages: Vantage[];
	/** The pods of the vantages, in their order; empty where they are none. */
	pods: V1Pod[];
	/** In words: `pods of frontend (namespace shop)`. */
	from: string;
}

// Enough to notice that one replica or node differs, few enough to stay light.
const mostPods = 3;

/** Turns a scenario's `from` into vantages that exist now. */
export function originsOf(from: VantageSpec, context: CheckContext): Origins {
	if (from === "workstation") return { vantages: [{ workstation: true }], pods: [], from: "the workstation" };
	if (from === "edge") return { vantages: [{ edge: true }], pods: [], from: "a user outside" };
	if ("node" in from) {
		const node = from.node === "any" ? context.view.nodes[0]?.name : from.node;
		return { vantages: node ? [{ node }] : [], pods: [], from: `node ${node ?? from.node}` };
	}
	if ("pods" in from) {
		const { pods: wanted, namespace = context.namespace } = from;
		const labels = Object.entries(wanted);
		const carries = (pod: V1Pod) => labels.every(([key, value]) => pod.metadata?.labels?.[key] === value);
		const pods = context.view.pods.filter((pod) => pod.metadata?.namespace === namespace && carries(pod));
		return ofPods(pods, `pods with ${labels.map(([key, value]) => `${key}=${value}`).join(",")}`, namespace);
	}
	const workload = context.workload(from);
	return ofPods(genuinePods(context.view, workload), `pods of ${workload.name}`, workload.namespace);
}

/** Running pods, from as many nodes as there are. */
function ofPods(pods: readonly V1Pod[], words: string, namespace: string): Origins {
	const running = pods.filter((pod) => !isLeaving(pod) && pod.status?.phase === "Running");
	const onNode = (pod: V1Pod) => running.filter((other) => other.spec?.nodeName === pod.spec?.nodeName).indexOf(pod);
	const chosen = [...running].sort((a, b) => onNode(a) - onNode(b)).slice(0, mostPods);
	const noun = chosen.length === 1 ? `pod ${chosen[0]?.metadata?.name}` : words;
	return { vantages: chosen.map((pod) => ({ podUid: pod.metadata?.uid ?? "" })), pods: chosen, from: `${noun} (namespace ${namespace})` };
}

/** A list as long as `count` that takes the vantages in turn. */
export function inTurn(vantages: readonly Vantage[], count: number): Vantage[] {
	return Array.from({ length: Math.max(count, vantages.length) }, (_, index) => vantages[index % vantages.length] as Vantage);
}

/** `{node}` in a URL is the first node's address, as a user outside would type it. */
export function addressed(url: string, context: CheckContext): string {
	return url.replaceAll("{node}", context.view.nodes[0]?.address ?? "{node}");
}
