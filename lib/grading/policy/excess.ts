import { type Allowance, type AllowedPeer, type Direction, everyPort, type Protocol, protocols } from "./allowances.ts";
import { covers, type EnvelopeItem, envelopeAddresses, isMeant, means, type PossiblePod, pieces, type World } from "./envelope.ts";
import { isSpecific, type Labels, nameLabel, selects, unlikeliest } from "./label-selector.ts";
import { addressRange, contains, type Range, without } from "./ranges.ts";
import type { LabelledWorkload } from "./workloads.ts";

/** What the subset test needs to know of the cluster beside its labels. */
export interface Surroundings extends World {
	/** Addresses that no policy ever sees, for it looks behind the Service: harmless in a block. */
	serviceAddresses: readonly Range[];
	/** Where pods get their addresses from. */
	podAddresses: readonly Range[];
}

export interface SubsetQuestion {
	allowance: Allowance;
	direction: Direction;
	items: readonly EnvelopeItem[];
	/** Named ports of the pods that the policy selects: they decide what a name means for ingress. */
	ownPorts: LabelledWorkload["namedPorts"];
	around: Surroundings;
}

/**
 * Whether an allowance lets more through than the items do, over every pod that could exist, every address and every port.
 * A named port is judged by the numbers that it has on the pods of now: on a pod of the future it could be any.
 */
export function exceeds(question: SubsetQuestion): boolean {
	const { items, allowance, around } = question;
	return portsOf(question).some(({ protocol, range }) =>
		pieces(items, protocol, range).some((piece) => {
			const group = items.filter((item) => covers(item, protocol, piece.first));
			return !liesWithin(allowance, group, around);
		}),
	);
}

function liesWithin({ peer, namespace }: Allowance, group: readonly EnvelopeItem[], around: Surroundings): boolean {
	const free = envelopeAddresses(group);
	if (peer.kind === "everyone") return without(rangesOf("0.0.0.0/0"), free).length === 0;
	if (peer.kind === "addresses") {
		const excepted = (peer.block.except ?? []).flatMap(rangesOf);
		return without(rangesOf(peer.block.cidr), [...excepted, ...free, ...around.serviceAddresses]).length === 0;
	}
	if (around.podAddresses.length > 0 && without(around.podAddresses, free).length === 0) return true;
	return possiblePods(peer, namespace, group, around)?.every((pod) => isMeant(pod, group, around)) ?? false;
}

/** Pods that stand for all that a peer takes, as unlike the meant ones as it permits; undefined where they are too many. */
function possiblePods(
	peer: Extract<AllowedPeer, { kind: "pods" }>,
	own: string,
	group: readonly EnvelopeItem[],
	around: Surroundings,
): PossiblePod[] | undefined {
	const meant = [...around.workloads.values()].filter((workload) =>
		group.some((item) => item.namespace === workload.namespace && means(item.peer, workload)),
	);
	const known = [...meant.flatMap(({ labels }) => labels), ...group.flatMap((item) => ("pods" in item.peer ? [item.peer.pods] : []))];
	const pods = unlikeliest(peer.pods, known);
	const namespaces = possibleNamespaces(peer, own, group, around);
	return pods && namespaces?.flatMap((namespace) => pods.map((labels) => ({ namespace, labels })));
}

function possibleNamespaces(
	peer: Extract<AllowedPeer, { kind: "pods" }>,
	own: string,
	group: readonly EnvelopeItem[],
	{ namespaces }: World,
): (string | { labels: Labels })[] | undefined {
	if (!peer.namespaces) return [own];
	const known = group.map((item) => namespaces.get(item.namespace) ?? { [nameLabel]: item.namespace });
	const impossible = { [nameLabel]: new Set(namespaces.keys()) };
	const future = unlikeliest(peer.namespaces, known, { impossible, neverAbsent: nameLabel });
	const existing = [...namespaces].filter(([, labels]) => selects(peer.namespaces, labels)).map(([name]) => name);
	return future && [...existing, ...future.map((labels) => ({ labels }))];
}

/** Ports of an allowance as numbers; every port of every protocol where it names none. */
export function portsOf({ allowance, direction, ownPorts, around }: Omit<SubsetQuestion, "items">): { protocol: Protocol; range: Range }[] {
	if (!allowance.ports) return protocols.map((protocol) => ({ protocol, range: everyPort }));
	return allowance.ports.flatMap((port) => {
		if ("range" in port) return [port];
		const meant = direction === "ingress" ? ownPorts : takenWorkloads(allowance, around).flatMap(({ namedPorts }) => namedPorts);
		const numbers = new Set(meant.filter(({ name, protocol }) => name === port.name && protocol === port.protocol).map((one) => one.port));
		return [...numbers].map((number) => ({ protocol: port.protocol, range: { first: BigInt(number), last: BigInt(number) } }));
	});
}

/** Workloads of now that an allowance's peer takes. */
export function takenWorkloads({ peer, namespace }: Allowance, { workloads, namespaces }: World): LabelledWorkload[] {
	return [...workloads.values()].filter((workload) => {
		if (workload.current.length === 0) return false;
		if (peer.kind === "everyone") return true;
		if (peer.kind === "addresses") {
			const excepted = (peer.block.except ?? []).flatMap(rangesOf);
			const inside = without(rangesOf(peer.block.cidr), excepted);
			return workload.addresses.some((address) => inside.some((range) => contains(range, address)));
		}
		const inNamespace = peer.namespaces
			? selects(peer.namespaces, namespaces.get(workload.namespace) ?? { [nameLabel]: workload.namespace })
			: workload.namespace === namespace;
		return inNamespace && workload.current.some((labels) => selects(peer.pods, labels));
	});
}

/**
 * Whether an allowance that exceeds the items is a spent attempt: it reaches nobody who exists, on ports that are needed, by
 * a label value that nobody carries, in a needed namespace or in one picked by such a value (`name: kube-system` is the
 * usual one). It opens no more than any selector does to whoever takes its labels on.
 */
export function reachesNobody(question: SubsetQuestion): boolean {
	const { allowance, items, around } = question;
	const { peer } = allowance;
	if (peer.kind !== "pods" || !isSpecific(peer.pods) || takenWorkloads(allowance, around).length > 0) return false;
	const needed = portsOf(question).every(({ protocol, range }) =>
		pieces(items, protocol, range).every((piece) => items.some((item) => covers(item, protocol, piece.first))),
	);
	const existing = peer.namespaces
		? [...around.namespaces].filter(([, labels]) => selects(peer.namespaces, labels)).map(([name]) => name)
		: [allowance.namespace];
	const meant = new Set(items.filter((item) => !("cidr" in item.peer)).map(({ namespace }) => namespace));
	return needed && existing.every((name) => meant.has(name)) && (!peer.namespaces || isSpecific(peer.namespaces));
}

function rangesOf(cidr: string): Range[] {
	const range = addressRange(cidr);
	return range ? [range] : [];
}
