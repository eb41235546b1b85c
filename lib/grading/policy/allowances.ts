import type { V1IPBlock, V1LabelSelector, V1NetworkPolicy, V1NetworkPolicyPeer, V1NetworkPolicyPort } from "@kubernetes/client-node";
import type { Range } from "./ranges.ts";

export type Direction = "ingress" | "egress";
export const protocols = ["TCP", "UDP", "SCTP"] as const;
export type Protocol = (typeof protocols)[number];

/** Whom a rule lets through. */
export type AllowedPeer =
	| { kind: "everyone" }
	/** `namespaces` undefined: the policy's own. An empty selector takes all. */
	| { kind: "pods"; namespaces?: V1LabelSelector; pods: V1LabelSelector }
	| { kind: "addresses"; block: V1IPBlock };

export type AllowedPort = { protocol: Protocol; range: Range } | { protocol: Protocol; name: string };

/** One rule's permission for one kind of peer. Policies only add up: what all allow is the union of these. */
export interface Allowance {
	policy: string;
	namespace: string;
	peer: AllowedPeer;
	/** Undefined: every port. */
	ports?: AllowedPort[];
}

interface Rule {
	to?: V1NetworkPolicyPeer[];
	from?: V1NetworkPolicyPeer[];
	/** The client's spelling of `from`. */
	_from?: V1NetworkPolicyPeer[];
	ports?: V1NetworkPolicyPort[];
}

export const everyPort: Range = { first: 1n, last: 65535n };

/** Whether a policy isolates its pods in that direction. Without types it is Ingress, and Egress where it has such rules. */
export function isolates(policy: V1NetworkPolicy, direction: Direction): boolean {
	const types = policy.spec?.policyTypes;
	if (types?.length) return types.includes(direction === "ingress" ? "Ingress" : "Egress");
	return direction === "ingress" || (policy.spec?.egress?.length ?? 0) > 0;
}

/** What a policy allows its pods in a direction that it isolates. */
export function allowancesOf(policy: V1NetworkPolicy, direction: Direction): Allowance[] {
	const rules = (direction === "ingress" ? policy.spec?.ingress : policy.spec?.egress) as Rule[] | undefined;
	const base = { policy: policy.metadata?.name ?? "", namespace: policy.metadata?.namespace ?? "" };
	return (rules ?? []).flatMap((rule) => {
		const peers = direction === "ingress" ? (rule.from ?? rule._from) : rule.to;
		const ports = rule.ports?.length ? rule.ports.map(portOf) : undefined;
		if (!peers?.length) return [{ ...base, peer: { kind: "everyone" } as const, ports }];
		return peers.map((peer) => ({ ...base, peer: peerOf(peer), ports }));
	});
}

function peerOf({ ipBlock, namespaceSelector, podSelector }: V1NetworkPolicyPeer): AllowedPeer {
	if (ipBlock) return { kind: "addresses", block: ipBlock };
	return { kind: "pods", namespaces: namespaceSelector, pods: podSelector ?? {} };
}

function portOf({ protocol, port, endPort }: V1NetworkPolicyPort): AllowedPort {
	const over = (protocol ?? "TCP") as Protocol;
	if (port === undefined || port === null) return { protocol: over, range: everyPort };
	if (typeof port === "string") return { protocol: over, name: port };
	return { protocol: over, range: { first: BigInt(port), last: BigInt(endPort ?? port) } };
}
