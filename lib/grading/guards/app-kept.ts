import type { V1Container, V1Deployment, V1PodSpec, V1Probe } from "@kubernetes/client-node";
import type { GuardRuleOf } from "../../scenarios/guard-schema.ts";
import { findObject } from "../../scenarios/manifests.ts";
import { alike } from "../touched/meaning.ts";
import { type Finding, finding } from "./finding.ts";
import type { GuardContext } from "./guard-context.ts";
import { type Configured, changedVariables, changedVolumes, type MayChange } from "./pod-settings.ts";

/** Fields of a pod's template that change what the application is or where it stands, with what a change is called. */
const templateFields: Readonly<Record<string, string>> = {
	hostNetwork: "now runs in the node's own network",
	hostPID: "now sees the node's processes",
	hostIPC: "now shares the node's memory segments",
	shareProcessNamespace: "now shares processes between its containers",
	dnsPolicy: "has another dnsPolicy",
	dnsConfig: "has another dnsConfig",
	hostAliases: "has other hosts entries (hostAliases)",
	serviceAccountName: "runs as another service account",
	enableServiceLinks: "has another enableServiceLinks",
	securityContext: "has another security context",
	nodeSelector: "is bound to other nodes (nodeSelector)",
	nodeName: "is bound to a node (nodeName)",
	affinity: "is bound to other nodes (affinity)",
	hostname: "has another hostname",
	subdomain: "has another subdomain",
	setHostnameAsFQDN: "has another hostname",
	runtimeClassName: "runs in another runtime",
};

/** The same of a container. */
const containerFields: Readonly<Record<string, string>> = {
	command: "has another command",
	args: "has other args",
	workingDir: "has another working directory",
	volumeMounts: "has other volume mounts",
	volumeDevices: "has other volume devices",
	securityContext: "has another security context",
};

/**
 * The Deployments are what they were. Deleting and recreating, rollouts, labels, annotations, container ports and probes that
 * moved with a port are repairs, and so are the listed variables and ConfigMap entries, wherever the value is written;
 * another image, a further container, a lost probe, fewer replicas or another place in the network are not. A file edited
 * inside a container is not seen here: the rollout of the decisive check brings the image's back.
 */
export function appKept(rule: GuardRuleOf<"app-kept">, { baseline, view, namespace: fallback }: GuardContext): Finding {
	const namespace = rule.namespace ?? fallback;
	const mayChange = { env: rule.mayChangeEnv, config: rule.mayChangeConfig };
	const then = (name: string) => findObject(baseline, `configmap/${name}`, namespace)?.data;
	const now = (name: string) => {
		const map = view.configMaps.find(({ metadata }) => metadata?.name === name && metadata.namespace === namespace);
		return map && (map.data ?? {});
	};
	const broken = rule.deployments.flatMap((name) => {
		const before = findObject(baseline, `deployment/${name}`, namespace) as unknown as V1Deployment | undefined;
		const after = view.deployments.find(({ metadata }) => metadata?.name === name && metadata.namespace === namespace);
		if (!before) return [];
		if (!after) return [`Deployment ${name} is gone`];
		const specs: [V1PodSpec, V1PodSpec] = [
			before.spec?.template.spec ?? { containers: [] },
			after.spec?.template.spec ?? { containers: [] },
		];
		const words = [
			...replicaDifferences(before, after),
			...templateDifferences({ spec: specs[0], config: then }, { spec: specs[1], config: now }, mayChange),
		];
		return words.map((difference) => `Deployment ${name} ${difference}`);
	});
	return finding(broken, `${rule.deployments.join(", ")}: same containers, command, environment and probes`);
}

function replicaDifferences(then: V1Deployment, now: V1Deployment): string[] {
	const [wanted, has] = [then.spec?.replicas ?? 1, now.spec?.replicas ?? 1];
	return has < wanted ? [`has ${has} replicas instead of ${wanted}`] : [];
}

function templateDifferences(then: Configured<V1PodSpec>, now: Configured<V1PodSpec>, mayChange: MayChange): string[] {
	const [before, after] = [then.spec, now.spec];
	const broken = [...changed(templateFields, before, after), ...changedVolumes(then, now, mayChange)];
	for (const list of ["containers", "initContainers"] as const) {
		for (const container of after[list] ?? []) {
			if (!before[list]?.some(({ name }) => name === container.name))
				broken.push(`has a further container "${container.name}" (${container.image})`);
		}
		for (const container of before[list] ?? []) {
			const kept = after[list]?.find(({ name }) => name === container.name);
			if (!kept) broken.push(`has lost its container "${container.name}"`);
			else broken.push(...containerDifferences({ ...then, spec: container }, { ...now, spec: kept }, mayChange));
		}
	}
	return broken;
}

function containerDifferences(then: Configured<V1Container>, now: Configured<V1Container>, mayChange: MayChange): string[] {
	const [before, after] = [then.spec, now.spec];
	const broken = [...changed(containerFields, before, after)];
	if (after.image !== before.image) broken.unshift(`runs ${after.image} instead of ${before.image}`);
	broken.push(...changedVariables(then, now, mayChange).map((name) => `has another value of ${name}`));
	// A preStop hook only drains.
	if (!alike(after.lifecycle?.postStart, before.lifecycle?.postStart)) broken.push("has another postStart hook");
	for (const probe of ["readinessProbe", "livenessProbe", "startupProbe"] as const) {
		if (before[probe] && !after[probe]) broken.push(`has lost its ${probe}`);
		else if (before[probe] && !isGenuine(before[probe], after[probe])) broken.push(`has another kind of ${probe}`);
	}
	return broken;
}

function changed(fields: Readonly<Record<string, string>>, then: object, now: object): string[] {
	const of = (spec: object, field: string) => ({ [field]: (spec as Record<string, unknown>)[field] });
	const words = Object.entries(fields).filter(([field]) => !alike(of(then, field), of(now, field)));
	return [...new Set(words.map(([, difference]) => difference))];
}

/** A probe that still asks the application itself: over the network at the pod's own address, or with the baseline's own command. */
function isGenuine(then: V1Probe, now: V1Probe | undefined): boolean {
	const asked = now?.httpGet ?? now?.tcpSocket;
	if (asked) return (asked.host ?? "") === (then.httpGet?.host ?? then.tcpSocket?.host ?? "");
	return now?.grpc !== undefined || (now?.exec !== undefined && alike(now.exec.command, then.exec?.command));
}
