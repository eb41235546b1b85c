import type { V1LabelSelector } from "@kubernetes/client-node";
import type { PolicyEnvelopeRule } from "../../scenarios/guard-schema.ts";
import type { Allowance, AllowedPeer, AllowedPort, Direction } from "./allowances.ts";
import { everyPort } from "./allowances.ts";
import type { EnvelopeItem } from "./envelope.ts";
import { nameLabel } from "./label-selector.ts";

/** `NetworkPolicy dns lets checkout reach every pod of every namespace on every port`. */
export function allowanceInWords(allowance: Allowance, direction: Direction, subject: string): string {
	const { policy, namespace, ports } = allowance;
	const peer = peerInWords(allowance.peer, namespace);
	const flow = direction === "egress" ? `lets ${subject} reach ${peer}` : `lets ${peer} reach ${subject}`;
	return `NetworkPolicy ${policy} ${flow} ${portsInWords(ports)}`;
}

export function peerInWords(peer: AllowedPeer, own: string): string {
	if (peer.kind === "everyone") return "everyone, inside the cluster and outside";
	if (peer.kind === "addresses") {
		const { cidr, except = [] } = peer.block;
		return `${cidr}${except.length > 0 ? ` except ${list(except)}` : ""}, whoever has those addresses,`;
	}
	const labels = selectorInWords(peer.pods);
	return `${labels ? `pods with ${labels}` : "every pod"} of ${peer.namespaces ? namespacesInWords(peer.namespaces) : `namespace ${own}`}`;
}

function namespacesInWords(selector: V1LabelSelector): string {
	const { matchLabels = {}, matchExpressions = [] } = selector;
	const name = matchLabels[nameLabel];
	if (name && Object.keys(matchLabels).length === 1 && matchExpressions.length === 0) return `namespace ${name}`;
	const labels = selectorInWords(selector);
	return labels ? `namespaces with ${labels}` : "every namespace";
}

/** `app=catalog and tier in (a, b)`; empty where it takes all. */
export function selectorInWords({ matchLabels = {}, matchExpressions = [] }: V1LabelSelector): string {
	const words = { In: "in", NotIn: "not in", Exists: "there", DoesNotExist: "not there" } as Record<string, string>;
	return [
		...Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`),
		...matchExpressions.map(({ key, operator, values }) => `${key} ${words[operator]}${values?.length ? ` (${values.join(", ")})` : ""}`),
	].join(" and ");
}

function portsInWords(ports: readonly AllowedPort[] | undefined): string {
	if (!ports) return "on every port";
	return `on ${list(ports.map(portInWords))}`;
}

function portInWords(port: AllowedPort): string {
	if ("name" in port) return `${port.protocol} port "${port.name}"`;
	const { first, last } = port.range;
	if (port.range === everyPort) return `every ${port.protocol} port`;
	return `${port.protocol}/${first === last ? first : `${first}-${last}`}`;
}

/** `kube-dns on UDP/53 and TCP/53`, or that nothing is. */
export function envelopeInWords(items: readonly EnvelopeItem[]): string {
	if (items.length === 0) return "nothing";
	const lines = items.map(({ peer, namespace, ports }) => {
		const port = ports ? list(ports.map((one) => `${one.protocol}/${one.port}`)) : "every port";
		if ("cidr" in peer) return `${peer.cidr} on ${port}`;
		if ("deployment" in peer) return `${peer.deployment} on ${port}`;
		const where = namespace === "*" ? "any namespace" : `namespace ${namespace}`;
		const labels = "pods" in peer ? Object.entries(peer.pods).map(([key, value]) => `${key}=${value}`) : [];
		return `${labels.length > 0 ? `pods with ${labels.join(" and ")}` : "every pod"} of ${where} on ${port}`;
	});
	return list(lines, "; ");
}

/** Whose traffic an envelope is about: `checkout`, `every pod of namespace shop`. */
export function subjectInWords(of: PolicyEnvelopeRule["of"], namespace: string): string {
	if ("deployment" in of) return of.deployment;
	const labels = Object.entries(of.pods).map(([key, value]) => `${key}=${value}`);
	return `${labels.length > 0 ? `pods with ${labels.join(" and ")}` : "every pod"} of namespace ${namespace}`;
}

/** `a, b and c`. */
export function list(parts: readonly string[], separator = ", "): string {
	if (parts.length < 2) return parts.join("");
	return `${parts.slice(0, -1).join(separator)}${separator === ", " ? " and " : `${separator}and `}${parts.at(-1)}`;
}
