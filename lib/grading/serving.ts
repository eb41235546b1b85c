import type { V1Pod, V1Service } from "@kubernetes/client-node";
import type { Check, Vantage, WorkloadRef } from "../scenarios/check-schema.ts";
import type { ScenarioInstance } from "../scenarios/instance.ts";
import { type ClusterView, isLeaving } from "./cluster-view.ts";
import { keyOf, ownerOf, podsOf, type Served } from "./served.ts";
import { podAt, serviceOfHost } from "./service-endpoints.ts";

export interface Serving {
	/** By objective: the workloads that its check names, and what stands behind the Services that it asks. */
	byObjective: ReadonlyMap<string, readonly Served[]>;
	/** All of these, and what the applications on the way reach by their own configuration; each once. */
	all: readonly Served[];
}

const dns = { name: "kube-dns", namespace: "kube-system" };
const kinds = ["Deployment", "StatefulSet", "DaemonSet"] as const;

/**
 * Who serves the objectives as the cluster is now: the baseline's workloads, and whatever a repair has put in their
 * place. Cluster DNS counts where a name lookup is the objective. What the baseline has as a lone pod is left alone.
 */
export function servingOf(scenario: ScenarioInstance, view: ClusterView): Serving {
	const lone = new Set(scenario.baselineObjects.filter(({ object }) => object.kind === "Pod").map(({ object }) => object.metadata.name));
	const once = (list: readonly Served[]) =>
		[...new Map(list.map((served) => [keyOf(served), served])).values()].filter(({ kind, name }) => kind !== "Pod" || !lone.has(name));
	const byObjective = new Map(scenario.objectives.map(({ id, check }) => [id, once(restsOn(check, scenario.namespace, view))] as const));
	const direct = once([...byObjective.values()].flat());
	return { byObjective, all: once([...direct, ...reachedByConfiguration(direct, view)]) };
}

function restsOn(check: Check, fallback: string, view: ClusterView): Served[] {
	if (check.type === "object") return [];
	const sources: readonly Vantage[] = check.type === "matrix" ? Object.values(check.sources) : [check.from];
	const references: WorkloadRef[] = [
		...sources.flatMap((from) => (typeof from === "object" && "deployment" in from ? [from] : [])),
		...("backend" in check ? [check.backend] : []),
		...(check.type === "http" ? [...(check.backends ?? []), ...(check.distribution ?? []).map(({ backend }) => backend)] : []),
	];
	const namespace = sources.map((from) => (typeof from === "object" && "namespace" in from ? from.namespace : undefined))[0] ?? fallback;
	const named = references.map((reference) => workloadNamed(view, nameIn(reference), reference.namespace ?? fallback));
	const asking = sources.flatMap((from) => podsLike(view, from, fallback)).map((pod) => ownerOf(view, pod));
	const asked = hostsOf(check, fallback).flatMap(({ host, port }) => behindHost(view, host, port, namespace));
	return [...named, ...asking, ...asked, ...(asksClusterDns(check) ? behind(view, view.services.find(isDns)) : [])];
}

function nameIn(reference: WorkloadRef): string {
	if ("deployment" in reference) return reference.deployment;
	return "statefulSet" in reference ? reference.statefulSet : reference.daemonSet;
}

/** By name, whatever kind it has now. */
function workloadNamed(view: ClusterView, name: string, namespace: string): Served {
	const lists = { Deployment: view.deployments, StatefulSet: view.statefulSets, DaemonSet: view.daemonSets };
	const found = kinds.find((kind) => lists[kind].some(({ metadata }) => metadata?.name === name && metadata.namespace === namespace));
	return { kind: found ?? "Deployment", namespace, name };
}

function podsLike(view: ClusterView, from: Vantage, fallback: string): V1Pod[] {
	if (typeof from === "string" || !("pods" in from)) return [];
	const labels = Object.entries(from.pods);
	return view.pods.filter(
		({ metadata }) =>
			metadata?.namespace === (from.namespace ?? fallback) && labels.every(([key, value]) => metadata.labels?.[key] === value),
	);
}

interface Host {
	host: string;
	port: number;
}

function hostsOf(check: Check, fallback: string): Host[] {
	switch (check.type) {
		case "app":
		case "http": {
			const [, scheme, host = "", port] = /^(https?):\/\/([^/:]+)(?::(\d+))?/.exec(check.url) ?? [];
			return [{ host, port: Number(port ?? (scheme === "https" ? 443 : 80)) }];
		}
		case "tcp":
		case "udp":
			return [check];
		case "matrix":
			return Object.values(check.destinations);
		case "endpoints":
			return [{ host: `${check.service}.${check.namespace ?? fallback}`, port: 0 }];
		case "dns": {
			const { service, namespace } = check.endpointsOf ?? {};
			return service ? [{ host: `${service}.${namespace ?? fallback}`, port: 0 }] : [];
		}
		default:
			return [];
	}
}

function asksClusterDns(check: Check): boolean {
	return check.type === "dns" && (check.endpointsOf !== undefined || (typeof check.from === "object" && !("node" in check.from)));
}

function isDns({ metadata }: V1Service): boolean {
	return metadata?.name === dns.name && metadata.namespace === dns.namespace;
}

/** Behind a name, a node's port (NodePort or a pod's host port), or a Service's own address. */
function behindHost(view: ClusterView, host: string, port: number, namespace: string): Served[] {
	const isNode = host === "{node}" || view.nodes.some(({ address }) => address === host);
	if (!isNode) {
		const byAddress = view.services.find(({ spec, status }) => {
			const external = status?.loadBalancer?.ingress?.some(({ ip }) => ip === host);
			return spec?.clusterIPs?.includes(host) || external;
		});
		return behind(view, byAddress ?? followed(view, serviceOfHost(view, host, namespace)));
	}
	const services = view.services.filter(({ spec }) => spec?.ports?.some(({ nodePort }) => nodePort === port));
	const holders = view.pods.filter(({ metadata, spec }) => {
		const taken = spec?.containers.some(({ ports }) => ports?.some(({ hostPort }) => hostPort === port));
		return taken && metadata?.namespace !== "kube-system";
	});
	return [...services.flatMap((service) => behind(view, service)), ...holders.map((pod) => ownerOf(view, pod))];
}

/** The Service that an ExternalName leads to inside the cluster, or the Service itself. */
function followed(view: ClusterView, service: V1Service | undefined): V1Service | undefined {
	if (service?.spec?.type !== "ExternalName") return service;
	return serviceOfHost(view, service.spec.externalName ?? "", service.metadata?.namespace ?? "");
}

/** Owners of the pods that a Service's endpoints are, ready or not. */
function behind(view: ClusterView, service: V1Service | undefined): Served[] {
	if (!service) return [];
	const addresses = view.endpointSlices
		.filter(
			({ metadata }) =>
				metadata?.namespace === service.metadata?.namespace && metadata?.labels?.["kubernetes.io/service-name"] === service.metadata?.name,
		)
		.flatMap(({ endpoints }) => (endpoints ?? []).flatMap(({ addresses: list }) => list));
	return addresses.flatMap((address) => podAt(view, address) ?? []).map((pod) => ownerOf(view, pod));
}

/**
 * Owners of what applications reach by names that stand in their containers or ConfigMaps, and so on from there: a
 * repair may have sent them another way.
 */
function reachedByConfiguration(from: readonly Served[], view: ClusterView): Served[] {
	const found = new Map(from.map((served) => [keyOf(served), served]));
	for (const served of found.values()) {
		if (served.namespace === dns.namespace) continue;
		const words = configuredWords(view, served);
		for (const service of view.services) {
			const { name = "", namespace } = service.metadata ?? {};
			if (!words.has(name) || (namespace !== served.namespace && !words.has(namespace ?? ""))) continue;
			// A Map goes on over what is added while it is walked.
			for (const next of behind(view, followed(view, service))) found.set(keyOf(next), next);
		}
	}
	return [...found.values()];
}

function configuredWords(view: ClusterView, served: Served): Set<string> {
	const specs = podsOf(view, served)
		.filter((pod) => !isLeaving(pod))
		.map(({ spec }) => JSON.stringify([spec?.containers, spec?.initContainers, spec?.volumes]));
	const maps = view.configMaps.filter(
		({ metadata }) => metadata?.namespace === served.namespace && specs.some((text) => text.includes(JSON.stringify(metadata?.name))),
	);
	const text = [...specs, ...maps.map(({ data }) => JSON.stringify(data ?? {}))].join(" ");
	return new Set(text.match(/[a-z0-9]([a-z0-9-]*[a-z0-9])?/g));
}
