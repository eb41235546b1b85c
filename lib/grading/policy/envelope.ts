import type { z } from "zod";
import type { envelopePeer } from "../../scenarios/guard-schema.ts";
import type { Protocol } from "./allowances.ts";
import { type Labels, nameLabel } from "./label-selector.ts";
import { addressRange, type Range } from "./ranges.ts";
import type { LabelledWorkload } from "./workloads.ts";

export type EnvelopePeer = z.infer<typeof envelopePeer>;

/** One line of an envelope: the peer, and the ports that may be open to it (undefined: all). */
export interface EnvelopeItem {
	peer: EnvelopePeer;
	/** Of the peer, unless it is an address range. `*`: any. */
	namespace: string;
	ports?: { protocol: Protocol; port: bigint }[];
}

/** A pod that could exist: in a namespace that exists, or in a new one with these labels. */
export interface PossiblePod {
	namespace: string | { labels: Labels };
	labels: Labels;
}

export interface World {
	namespaces: ReadonlyMap<string, Labels>;
	workloads: ReadonlyMap<string, LabelledWorkload>;
}

export function envelopeItems(most: readonly { peer: EnvelopePeer; ports?: string[] }[], fallback: string): EnvelopeItem[] {
	return most.map(({ peer, ports }) => ({
		peer,
		namespace: ("namespace" in peer ? peer.namespace : undefined) ?? fallback,
		ports: ports?.map((text) => {
			const [protocol, port] = text.split("/");
			return { protocol: protocol as Protocol, port: BigInt(port ?? 0) };
		}),
	}));
}

export function covers(item: EnvelopeItem, protocol: Protocol, port: bigint): boolean {
	return !item.ports || item.ports.some((one) => one.protocol === protocol && one.port === port);
}

/** Cuts a range of ports so that within each piece every port lies in the same items. */
export function pieces(items: readonly EnvelopeItem[], protocol: Protocol, range: Range): Range[] {
	const named = new Set(items.flatMap(({ ports = [] }) => ports.filter((one) => one.protocol === protocol).map(({ port }) => port)));
	const inside = [...named].filter((port) => port >= range.first && port <= range.last).sort((a, b) => Number(a - b));
	const found: Range[] = [];
	let next = range.first;
	for (const port of inside) {
		if (port > next) found.push({ first: next, last: port - 1n });
		found.push({ first: port, last: port });
		next = port + 1n;
	}
	if (next <= range.last) found.push({ first: next, last: range.last });
	return found;
}

/**
 * Whether a pod that could exist is one of those that the items speak of. A workload is meant by any labels that set it
 * apart: the pod counts as the workload's where the labels that both share are carried by no other workload of that
 * namespace. So `{app: payments}` is as narrow as the whole template, `{}`, "not checkout" and a label that another
 * workload carries too are not. A new namespace counts as a known one by the same rule over namespace labels: who may make
 * or label namespaces is no learner, but a selector that fits any new one is wider than the flow.
 */
export function isMeant(pod: PossiblePod, items: readonly EnvelopeItem[], world: World): boolean {
	const names = typeof pod.namespace === "string" ? [pod.namespace] : namespacesLike(pod.namespace.labels, items, world);
	return (
		names.some((name) => isMeantIn(name, pod.labels, items, world)) ||
		items.some(({ peer, namespace }) => namespace === "*" && "pods" in peer && carries(pod.labels, peer.pods))
	);
}

function isMeantIn(name: string, labels: Labels, items: readonly EnvelopeItem[], world: World): boolean {
	const here = items.filter(({ peer, namespace }) => namespace === name && !("cidr" in peer));
	if (here.length === 0) return false;
	if (here.some(({ peer }) => !("pods" in peer) && !("deployment" in peer))) return true;
	if (here.some(({ peer }) => "pods" in peer && carries(labels, peer.pods))) return true;
	const local = [...world.workloads.values()].filter(({ namespace }) => namespace === name);
	const meant = new Set(local.filter((workload) => here.some(({ peer }) => means(peer, workload))));
	const others = local.filter((workload) => !meant.has(workload)).flatMap((workload) => workload.labels);
	return [...meant].some((workload) => workload.labels.some((own) => setsApart(shared(own, labels), others)));
}

/** Whether the peer of an item is this workload, or among it. */
export function means(peer: EnvelopePeer, workload: LabelledWorkload): boolean {
	if ("deployment" in peer) return workload.kind === "Deployment" && workload.name === peer.deployment;
	return "pods" in peer && workload.labels.some((labels) => carries(labels, peer.pods));
}

function namespacesLike(labels: Labels, items: readonly EnvelopeItem[], world: World): string[] {
	const meant = new Set(items.filter(({ peer }) => !("cidr" in peer)).map(({ namespace }) => namespace));
	const others = [...world.namespaces].filter(([name]) => !meant.has(name)).map(([, own]) => own);
	return [...meant].filter((name) => setsApart(shared(world.namespaces.get(name) ?? { [nameLabel]: name }, labels), others));
}

function setsApart(labels: Labels, others: readonly Labels[]): boolean {
	return Object.keys(labels).length > 0 && !others.some((other) => carries(other, labels));
}

function shared(a: Labels, b: Labels): Labels {
	return Object.fromEntries(Object.entries(a).filter(([key, value]) => b[key] === value));
}

export function carries(labels: Labels, wanted: Labels): boolean {
	return Object.entries(wanted).every(([key, value]) => labels[key] === value);
}

export function envelopeAddresses(items: readonly EnvelopeItem[]): Range[] {
	return items.flatMap(({ peer }) => ("cidr" in peer ? [addressRange(peer.cidr)] : [])).filter((range) => range !== undefined);
}
