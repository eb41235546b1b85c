import type { V1Deployment } from "@kubernetes/client-node";
import type { GuardRuleOf } from "../../scenarios/guard-schema.ts";
import { findObject } from "../../scenarios/manifests.ts";
import type { ClusterView } from "../cluster-view.ts";
import { differingPaths, meaningOf } from "../touched/meaning.ts";
import { changesBetween } from "../touched/touched.ts";
import { type Tracked, trackedKinds, trackedObjects } from "../touched/tracked.ts";
import { type Finding, finding } from "./finding.ts";
import type { GuardContext } from "./guard-context.ts";

/** Objects mean what the baseline's manifests say (for what every cluster has: what they meant before). */
export function objectKept(rule: GuardRuleOf<"object-kept">, { baseline, view, before, namespace: fallback }: GuardContext): Finding {
	const namespace = rule.namespace ?? fallback;
	const unknown = rule.targets.filter((target) => !trackedKinds.some((kind) => kind.toLowerCase() === target.split("/")[0]));
	if (unknown.length > 0) return { verdict: "error", message: `A guard cannot look at ${unknown.join(", ")}.` };
	const broken = rule.targets.flatMap((target) => {
		const then = findObject(baseline, target, namespace) ?? (before && inView(before, target, namespace)?.object);
		const now = inView(view, target, namespace);
		if (!now) return [`${target} is gone`];
		if (!then) return [];
		const paths = differingPaths(meaningOf(then, { labels: false }), meaningOf(now.object, { labels: false })).filter(
			// A node port that a manifest leaves open is the cluster's to choose.
			(path) => !isFree(path, rule.mayChange) && !(path.endsWith(".nodePort") && !JSON.stringify(then).includes("nodePort")),
		);
		return paths.length > 0 ? [`${now.kind} ${now.name} is not what it was in ${paths.join(", ")}`] : [];
	});
	return finding(broken, `${rule.targets.join(", ")}: as before`);
}

function inView(view: ClusterView, target: string, namespace: string): Tracked | undefined {
	const [kind, name] = target.split("/");
	return [...trackedObjects(view).values()].find(
		(one) => one.kind.toLowerCase() === kind && one.name === name && (one.namespace === undefined || one.namespace === namespace),
	);
}

function isFree(path: string, mayChange: readonly string[]): boolean {
	return mayChange.some((free) => path === free || path.startsWith(`${free}.`));
}

/** Enough replicas, and ready. One that still rolls out is not judged yet. */
export function replicasKept(rule: GuardRuleOf<"replicas-kept">, { baseline, view, before, namespace: fallback }: GuardContext): Finding {
	const namespace = rule.namespace ?? fallback;
	const broken: string[] = [];
	const rolling: string[] = [];
	for (const name of rule.deployments) {
		const find = (list: readonly V1Deployment[]) =>
			list.find(({ metadata }) => metadata?.name === name && metadata.namespace === namespace);
		const then =
			(findObject(baseline, `deployment/${name}`, namespace) as unknown as V1Deployment | undefined) ?? find(before?.deployments ?? []);
		const now = find(view.deployments);
		const wanted = rule.atLeast ?? then?.spec?.replicas ?? 1;
		const ready = now?.status?.readyReplicas ?? now?.status?.availableReplicas ?? 0;
		const progress = now?.status?.conditions?.find(({ type }) => type === "Progressing");
		if (!now) broken.push(`Deployment ${name} is gone`);
		else if ((now.spec?.replicas ?? 1) < wanted) broken.push(`Deployment ${name} has ${now.spec?.replicas} replicas instead of ${wanted}`);
		else if (ready < wanted && progress?.status === "True" && progress.reason !== "NewReplicaSetAvailable")
			rolling.push(`Deployment ${name} still rolls out: ${ready} of ${wanted} pods are ready.`);
		else if (ready < wanted) broken.push(`Deployment ${name} has ${ready} ready pods instead of ${wanted}`);
	}
	if (broken.length === 0 && rolling.length > 0) return { verdict: "unproven", message: rolling.join(" ") };
	return finding(broken, `${rule.deployments.join(", ")}: as many replicas as needed, and ready`);
}

/** Namespaces of others are as the fault left them. */
export function othersUnharmed(rule: GuardRuleOf<"others-unharmed">, { view, before }: GuardContext): Finding {
	const broken = (before ? changesBetween(before, view) : [])
		.filter(({ tracked }) => rule.namespaces.includes(tracked.namespace ?? (tracked.kind === "Namespace" ? tracked.name : "")))
		.map(({ tracked: { kind, name, namespace }, change, fields }) => {
			const where = namespace ? ` of namespace ${namespace}` : "";
			return `${kind} ${name}${where} was ${change}${fields.length > 0 ? ` (${fields.join(", ")})` : ""}`;
		});
	return finding(broken, `${rule.namespaces.join(", ")}: untouched`);
}
