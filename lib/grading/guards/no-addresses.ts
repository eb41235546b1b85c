import type { V1PodSpec } from "@kubernetes/client-node";
import type { GuardRuleOf } from "../../scenarios/guard-schema.ts";
import type { BaselineObject } from "../../scenarios/manifests.ts";
import type { ClusterView } from "../cluster-view.ts";
import { type Finding, finding } from "./finding.ts";

const address = /(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])/g;
const dashedPodName = /\b\d{1,3}(?:-\d{1,3}){3}\.[a-z0-9-]+\.pod\b/g;
const meansNobody = new Set(["0.0.0.0", "127.0.0.1", "255.255.255.255"]);
const controllers = new Set(["endpointslice-controller.k8s.io"]);

/** Nothing in these namespaces is bound to an address that the next rollout or recreation makes wrong. */
export function noAddresses(
	rule: GuardRuleOf<"no-addresses">,
	baseline: readonly BaselineObject[],
	view: ClusterView,
	fallback: string,
): Finding {
	const namespaces = new Set(rule.namespaces ?? [fallback]);
	const allowed = new Set([...meansNobody, ...literals(JSON.stringify(baseline.map(({ object }) => object)))]);
	const inside = <T extends { metadata?: { namespace?: string } }>(list: readonly T[]) =>
		list.filter(({ metadata }) => namespaces.has(metadata?.namespace ?? ""));
	const broken: string[] = [];
	const look = (where: string, text: string | undefined) => {
		for (const literal of literals(text ?? "")) if (!allowed.has(literal)) broken.push(`${where} holds the address ${literal}`);
	};

	for (const deployment of inside(view.deployments))
		lookAtPods(`Deployment ${deployment.metadata?.name}`, deployment.spec?.template.spec, look, broken);
	for (const pod of inside(view.pods)) {
		if (!pod.metadata?.ownerReferences?.length) lookAtPods(`pod ${pod.metadata?.name}`, pod.spec, look, broken);
	}
	for (const map of inside(view.configMaps)) {
		if (map.metadata?.name === "kube-root-ca.crt") continue;
		for (const [key, text] of Object.entries(map.data ?? {})) look(`ConfigMap ${map.metadata?.name} (${key})`, text);
	}
	for (const service of inside(view.services)) {
		if (service.spec?.type === "ExternalName") look(`Service ${service.metadata?.name} (externalName)`, service.spec.externalName);
	}
	for (const slice of inside(view.endpointSlices)) {
		const by = slice.metadata?.labels?.["endpointslice.kubernetes.io/managed-by"] ?? "";
		const first = slice.endpoints?.[0]?.addresses[0];
		const known = baseline.some(({ object }) => object.kind === "EndpointSlice" && object.metadata.name === slice.metadata?.name);
		if (!controllers.has(by) && !known && first)
			broken.push(`EndpointSlice ${slice.metadata?.name} is written by hand and holds the address ${first}`);
	}
	for (const map of view.configMaps) {
		if (map.metadata?.namespace === "kube-system" && map.metadata.name === "coredns") look("CoreDNS's Corefile", map.data?.Corefile);
	}
	return finding([...new Set(broken)], "no address stands where a name belongs");
}

function lookAtPods(
	where: string,
	spec: V1PodSpec | undefined,
	look: (where: string, text: string | undefined) => void,
	broken: string[],
): void {
	for (const container of [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])]) {
		for (const entry of container.env ?? []) look(`${where} (${entry.name})`, entry.value);
		look(`${where} (command)`, [...(container.command ?? []), ...(container.args ?? [])].join(" "));
	}
	for (const alias of spec?.hostAliases ?? [])
		broken.push(`${where} has a hostAliases entry: ${alias.hostnames?.join(", ")} is the address ${alias.ip}`);
	for (const server of spec?.dnsConfig?.nameservers ?? []) broken.push(`${where} asks a name server by the address ${server}`);
}

function literals(text: string): string[] {
	return [...(text.match(address) ?? []), ...(text.match(dashedPodName) ?? [])];
}
