import type { V1ConfigMap, V1Deployment, V1Ingress, V1NetworkPolicy, V1Pod, V1PodSpec, V1Service } from "@kubernetes/client-node";
import type { ClusterView } from "../cluster-view.ts";
import { allowancesOf, type Direction, isolates } from "../policy/allowances.ts";
import { type Labels, selects } from "../policy/label-selector.ts";
import { list, peerInWords, selectorInWords } from "../policy/words.ts";
import { type LabelledWorkload, workloadsOf } from "../policy/workloads.ts";
import type { Tracked } from "./tracked.ts";

/** How far a change of an object reaches, in words; empty where no further than itself. */
export function reachOf({ kind, name, namespace, object }: Tracked, view: ClusterView): string {
	const own = wordsOf(kind, object, view);
	const cluster = namespace === "kube-system" || (namespace === "default" && name === "kubernetes") || kind === "IngressClass";
	return [cluster ? "the whole cluster" : "", own].filter((part) => part !== "").join("; ");
}

function wordsOf(kind: string, object: Tracked["object"], view: ClusterView): string {
	const namespace = object.metadata?.namespace ?? "";
	switch (kind) {
		case "Namespace":
			return `every pod of namespace ${object.metadata?.name}`;
		case "Service":
			return serviceReach(object as V1Service, view);
		case "NetworkPolicy":
			return policyReach(object as V1NetworkPolicy, view);
		case "Ingress": {
			const hosts = (object as V1Ingress).spec?.rules?.map(({ host }) => host ?? "every host") ?? [];
			return `users outside${hosts.length > 0 ? ` who ask for ${list([...new Set(hosts)])}` : ""}`;
		}
		case "ConfigMap": {
			const users = view.deployments.filter((one) => one.metadata?.namespace === namespace && uses(one, object as V1ConfigMap));
			return list(users.map(({ metadata }) => `Deployment ${metadata?.name}`));
		}
		case "Pod":
			return outside((object as V1Pod).spec);
		case "Deployment":
		case "StatefulSet":
		case "DaemonSet":
		case "ReplicaSet":
			return outside((object as V1Deployment).spec?.template.spec);
		default:
			return "";
	}
}

function serviceReach({ metadata, spec }: V1Service, view: ClusterView): string {
	const words: string[] = [];
	const selector = spec?.selector ?? {};
	if (Object.keys(selector).length > 0) {
		const chosen = inside(view, metadata?.namespace, (labels) => selects({ matchLabels: selector }, labels));
		words.push(chosen.length > 0 ? `sends to ${list(chosen)}` : "selects no pod");
	} else if (spec?.type === "ExternalName") words.push(`stands for ${spec.externalName}`);
	else words.push("sends where its EndpointSlices say");
	const nodePorts = (spec?.ports ?? []).flatMap(({ nodePort }) => (nodePort ? [String(nodePort)] : []));
	if (nodePorts.length > 0) words.push(`open outside on port ${list(nodePorts)} of every node`);
	if (spec?.externalIPs?.length) words.push(`claims the addresses ${list(spec.externalIPs)} outside`);
	return words.join("; ");
}

function policyReach(policy: V1NetworkPolicy, view: ClusterView): string {
	const { metadata, spec } = policy;
	const namespace = metadata?.namespace ?? "";
	const chosen = inside(view, namespace, (labels) => selects(spec?.podSelector ?? {}, labels));
	const whole = selectorInWords(spec?.podSelector ?? {}) === "";
	const whom = whole ? `every pod of namespace ${namespace}` : chosen.length > 0 ? list(chosen) : "no pod of now";
	const open = (direction: Direction) => {
		const peers = [...new Set(allowancesOf(policy, direction).map(({ peer }) => peerInWords(peer, namespace)))];
		const verb = direction === "egress" ? "to" : "from";
		return peers.length > 0 ? `${direction} ${verb} ${list(peers)}` : `no ${direction}`;
	};
	const directions = (["ingress", "egress"] as const).filter((direction) => isolates(policy, direction));
	return `isolates ${whom}; allows ${list(directions.map(open))}`;
}

/** Workloads of a namespace by the labels that their pods have. */
function inside(view: ClusterView, namespace: string | undefined, takes: (labels: Labels) => boolean): string[] {
	return [...workloadsOf(view, [], undefined).values()]
		.filter((workload: LabelledWorkload) => workload.namespace === namespace && workload.current.some(takes))
		.map(({ kind, name }) => `${kind} ${name}`);
}

function outside(spec: V1PodSpec | undefined): string {
	if (spec?.hostNetwork) return "outside: it runs in the node's own network";
	const ports = (spec?.containers ?? [])
		.flatMap((container) => container.ports ?? [])
		.flatMap(({ hostPort }) => (hostPort ? [String(hostPort)] : []));
	return ports.length > 0 ? `outside on port ${list(ports)} of its node` : "";
}

function uses({ spec }: V1Deployment, map: V1ConfigMap): boolean {
	const name = map.metadata?.name;
	const template = spec?.template.spec;
	const containers = [...(template?.containers ?? []), ...(template?.initContainers ?? [])];
	return (
		(template?.volumes ?? []).some(
			(volume) => volume.configMap?.name === name || volume.projected?.sources?.some((source) => source.configMap?.name === name),
		) ||
		containers.some(
			({ env, envFrom }) =>
				env?.some(({ valueFrom }) => valueFrom?.configMapKeyRef?.name === name) ||
				envFrom?.some(({ configMapRef }) => configMapRef?.name === name),
		)
	);
}
