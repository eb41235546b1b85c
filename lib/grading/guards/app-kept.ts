import type { V1Container, V1Deployment, V1EnvVar, V1Probe } from "@kubernetes/client-node";
import type { GuardRuleOf } from "../../scenarios/guard-schema.ts";
import type { BaselineObject } from "../../scenarios/manifests.ts";
import { findObject } from "../../scenarios/manifests.ts";
import type { ClusterView } from "../cluster-view.ts";
import { type Finding, finding } from "./finding.ts";

/**
 * The Deployments are what they were. Deleting and recreating, rollouts, labels, ports and probes that moved with a port
 * are repairs; another image, a further container, a lost probe or fewer replicas are not.
 */
export function appKept(rule: GuardRuleOf<"app-kept">, baseline: readonly BaselineObject[], view: ClusterView, fallback: string): Finding {
	const namespace = rule.namespace ?? fallback;
	const broken = rule.deployments.flatMap((name) => {
		const then = findObject(baseline, `deployment/${name}`, namespace) as unknown as V1Deployment | undefined;
		const now = view.deployments.find(({ metadata }) => metadata?.name === name && metadata.namespace === namespace);
		if (!then) return [];
		return now ? differences(name, then, now, rule.mayChangeEnv) : [`Deployment ${name} is gone`];
	});
	return finding(broken, `${rule.deployments.join(", ")}: same containers, command, environment and probes`);
}

function differences(name: string, then: V1Deployment, now: V1Deployment, mayChangeEnv: readonly string[]): string[] {
	const broken: string[] = [];
	const before = then.spec?.template.spec;
	const after = now.spec?.template.spec;
	const wanted = then.spec?.replicas ?? 1;
	if ((now.spec?.replicas ?? 1) < wanted) broken.push(`Deployment ${name} has ${now.spec?.replicas} replicas instead of ${wanted}`);
	if (after?.hostNetwork && !before?.hostNetwork) broken.push(`Deployment ${name} now runs in the node's own network`);
	for (const container of [...(after?.containers ?? []), ...(after?.initContainers ?? [])]) {
		const known = [...(before?.containers ?? []), ...(before?.initContainers ?? [])].some((other) => other.name === container.name);
		if (!known) broken.push(`Deployment ${name} has a further container "${container.name}" (${container.image})`);
	}
	for (const container of before?.containers ?? []) {
		const running = after?.containers.find((other) => other.name === container.name);
		if (!running) broken.push(`Deployment ${name} has lost its container "${container.name}"`);
		else broken.push(...containerDifferences(name, container, running, mayChangeEnv));
	}
	return broken;
}

function containerDifferences(name: string, then: V1Container, now: V1Container, mayChangeEnv: readonly string[]): string[] {
	const broken: string[] = [];
	if (now.image !== then.image) broken.push(`Deployment ${name} runs ${now.image} instead of ${then.image}`);
	for (const field of ["command", "args"] as const) {
		if (JSON.stringify(now[field] ?? []) !== JSON.stringify(then[field] ?? [])) broken.push(`Deployment ${name} has another ${field}`);
	}
	const keys = new Set([...(then.env ?? []), ...(now.env ?? [])].map((entry) => entry.name));
	for (const key of keys) {
		const [before, after] = [find(then.env, key), find(now.env, key)];
		if (before !== after && !mayChangeEnv.includes(key)) broken.push(`Deployment ${name} has another value of ${key}`);
	}
	if (JSON.stringify(now.envFrom ?? []) !== JSON.stringify(then.envFrom ?? []))
		broken.push(`Deployment ${name} takes its environment from elsewhere`);
	for (const probe of ["readinessProbe", "livenessProbe"] as const) {
		if (then[probe] && !genuine(then[probe], now[probe])) {
			broken.push(`Deployment ${name} ${now[probe] ? "has another kind of" : "has lost its"} ${probe}`);
		}
	}
	return broken;
}

function find(env: readonly V1EnvVar[] | undefined, key: string): string | undefined {
	const entry = env?.find((candidate) => candidate.name === key);
	return entry && JSON.stringify(entry.valueFrom ?? entry.value ?? "");
}

/** A probe that still asks the application: over the network, or with the baseline's own command. */
function genuine(then: V1Probe, now: V1Probe | undefined): boolean {
	if (!now) return false;
	if (now.httpGet || now.tcpSocket || now.grpc) return true;
	return JSON.stringify(now.exec?.command) === JSON.stringify(then.exec?.command);
}
