import { isIPv4 } from "node:net";
import type { V1EndpointSlice, V1NetworkPolicy, V1PodSpec } from "@kubernetes/client-node";
import type { GuardRuleOf } from "../../scenarios/guard-schema.ts";
import type { ClusterView } from "../cluster-view.ts";
import { addressRange, contains } from "../policy/ranges.ts";
import { trackedObjects } from "../touched/tracked.ts";
import { type Finding, finding } from "./finding.ts";
import type { GuardContext } from "./guard-context.ts";

const address = /(?<!\d|\d\.)(?:\d{1,3}\.){3}\d{1,3}(?!\d|\.\d)/g;
/** `10-0-0-11.shop.pod`, `10-0-0-11.nip.io`: an address by another spelling. */
const dashedName = /(?<![a-z0-9-])\d{1,3}(?:-\d{1,3}){3}\.[a-z0-9][a-z0-9.-]*/gi;
/** `http://3232235777/`: an address as one number. */
const numberedHost = /\/\/(?:\d{8,10}|0x[0-9a-f]{8})(?=[:/]|$)/gi;
/** A range with fewer addresses than this names somebody; from there on it is a network, and a matter of policy width. */
const narrow = 256n;

type Look = (where: string, text: string | undefined) => void;

/**
 * Nothing in these namespaces is bound to an address that the next rollout or recreation makes wrong. Literals of the
 * baseline stay allowed, and so are the rule's own. Secrets are not looked into: the view has none.
 */
export function noAddresses(rule: GuardRuleOf<"no-addresses">, { baseline, view, namespace }: GuardContext): Finding {
	const namespaces = new Set(rule.namespaces ?? [namespace]);
	const allowed = new Set([...rule.allow, ...literals(JSON.stringify(baseline.map(({ object }) => object)))]);
	const inside = <T extends { metadata?: { namespace?: string } }>(list: readonly T[]) =>
		list.filter(({ metadata }) => namespaces.has(metadata?.namespace ?? ""));
	const broken: string[] = [];
	const look: Look = (where, text) => {
		for (const literal of literals(text ?? ""))
			if (!allowed.has(literal) && !meansNobody(literal)) broken.push(`${where} holds the address ${literal}`);
	};
	const seen = { ...view, ...{ deployments: inside(view.deployments), statefulSets: inside(view.statefulSets) } };
	lookAtWorkloads(
		{ ...seen, ...{ daemonSets: inside(view.daemonSets), replicaSets: inside(view.replicaSets), pods: inside(view.pods) } },
		look,
	);
	for (const map of inside(view.configMaps)) {
		if (map.metadata?.name === "kube-root-ca.crt") continue;
		for (const [key, text] of Object.entries(map.data ?? {})) look(`ConfigMap ${map.metadata?.name} (${key})`, text);
	}
	for (const { metadata, spec } of inside(view.services))
		if (spec?.type === "ExternalName") look(`Service ${metadata?.name} (externalName)`, spec.externalName);
	for (const { metadata, spec } of inside(view.ingresses)) {
		const { "kubectl.kubernetes.io/last-applied-configuration": _, ...annotations } = metadata?.annotations ?? {};
		look(`Ingress ${metadata?.name}`, JSON.stringify([spec, annotations]));
	}
	for (const policy of inside(view.networkPolicies)) lookAtBlocks(policy, view, look);
	broken.push(...handWritten(view, namespaces, baseline));
	for (const map of view.configMaps)
		if (map.metadata?.namespace === "kube-system" && map.metadata.name === "coredns") look("CoreDNS's Corefile", map.data?.Corefile);
	return finding([...new Set(broken)], "no address stands where a name belongs");
}

function lookAtWorkloads(view: ClusterView, look: Look): void {
	const own = (list: readonly { metadata?: { ownerReferences?: unknown[] } }[]) =>
		list.filter(({ metadata }) => !metadata?.ownerReferences?.length);
	const lists = [
		["Deployment", view.deployments],
		["StatefulSet", view.statefulSets],
		["DaemonSet", view.daemonSets],
		["ReplicaSet", own(view.replicaSets) as typeof view.replicaSets],
	] as const;
	for (const [kind, list] of lists)
		for (const { metadata, spec } of list) lookAtPods(`${kind} ${metadata?.name}`, spec?.template?.spec, look);
	for (const pod of own(view.pods) as typeof view.pods) lookAtPods(`pod ${pod.metadata?.name}`, pod.spec, look);
}

function lookAtPods(where: string, spec: V1PodSpec | undefined, look: Look): void {
	for (const container of [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])]) {
		for (const entry of container.env ?? []) look(`${where} (${entry.name})`, entry.value);
		look(`${where} (command)`, [...(container.command ?? []), ...(container.args ?? [])].join(" "));
		look(`${where} (lifecycle)`, JSON.stringify(container.lifecycle));
	}
	for (const { hostnames, ip } of spec?.hostAliases ?? []) look(`${where} (hostAliases entry: ${hostnames?.join(", ")})`, ip);
	for (const server of spec?.dnsConfig?.nameservers ?? []) look(`${where} (dnsConfig)`, server);
}

/** Ranges narrow enough to mean pods, Services or nodes of this lab. */
function lookAtBlocks({ metadata, spec }: V1NetworkPolicy, view: ClusterView, look: Look): void {
	const addresses = [
		...view.pods.map(({ status }) => status?.podIP),
		...view.services.map((service) => service.spec?.clusterIP),
		...view.nodes.map((node) => node.address),
	].filter((one) => one !== undefined);
	const peers = [...(spec?.egress ?? []).flatMap(({ to }) => to ?? []), ...(spec?.ingress ?? []).flatMap((rule) => rule._from ?? [])];
	for (const { ipBlock } of peers) {
		const range = ipBlock && addressRange(ipBlock.cidr);
		if (range && range.last - range.first + 1n < narrow && addresses.some((one) => contains(range, one)))
			look(`NetworkPolicy ${metadata?.name} (ipBlock)`, ipBlock?.cidr);
	}
}

/** EndpointSlices and Endpoints that no controller wrote and the baseline does not have. */
function handWritten(view: ClusterView, namespaces: ReadonlySet<string>, baseline: GuardContext["baseline"]): string[] {
	return [...trackedObjects(view).values()].flatMap(({ kind, name, namespace, object }) => {
		if (!namespaces.has(namespace ?? "")) return [];
		const known = baseline.some((one) => one.object.kind === kind && one.object.metadata.name === name);
		const slice = object as V1EndpointSlice;
		const first =
			kind === "EndpointSlice"
				? slice.endpoints?.[0]?.addresses[0]
				: kind === "Endpoints"
					? (object as ClusterView["endpoints"][number]).subsets?.[0]?.addresses?.[0]?.ip
					: undefined;
		return first && !known ? [`${kind} ${name} is written by hand and holds the address ${first}`] : [];
	});
}

function meansNobody(literal: string): boolean {
	return literal === "0.0.0.0" || literal === "255.255.255.255" || literal.startsWith("127.");
}

function literals(text: string): string[] {
	const plain = (text.match(address) ?? []).filter((literal) => isIPv4(literal));
	return [...plain, ...(text.match(dashedName) ?? []), ...(text.match(numberedHost) ?? []).map((host) => host.slice(2))];
}
