import type { KubernetesObject } from "@kubernetes/client-node";
import type { ObjectKind } from "../scenarios/object-kinds.ts";
import type { ClusterView } from "./cluster-view.ts";

const viewOf: Record<ObjectKind, Exclude<keyof ClusterView, "nodes">> = {
	namespace: "namespaces",
	pod: "pods",
	deployment: "deployments",
	replicaset: "replicaSets",
	statefulset: "statefulSets",
	daemonset: "daemonSets",
	service: "services",
	endpointslice: "endpointSlices",
	endpoints: "endpoints",
	configmap: "configMaps",
	networkpolicy: "networkPolicies",
	ingress: "ingresses",
	ingressclass: "ingressClasses",
};
const clusterWide: readonly string[] = ["namespace", "ingressclass"];

/** What a check or guard asks of one field. */
export interface FieldRule {
	/** `kind/name`, the kind in lower case. */
	target: string;
	namespace?: string | undefined;
	/** Dotted path; a number is an index, and `\.` is a dot within a key: `metadata.labels.example\.org/team`. */
	path: string;
	equals?: string | number | boolean | undefined;
	atLeast?: number | undefined;
	absent?: true | undefined;
}

/**
 * What is wrong with a field, one sentence each; none where it is as asked.
 * @param fallback the namespace where the rule names none
 * @returns `seen`, the field's value in words
 */
export function fieldProblems(rule: FieldRule, view: ClusterView, fallback: string): { problems: string[]; seen: string } {
	const [kind = "", name] = rule.target.split("/");
	const list: readonly KubernetesObject[] = view[viewOf[kind as ObjectKind]] ?? [];
	const namespace = clusterWide.includes(kind) ? undefined : (rule.namespace ?? fallback);
	const object = list.find(({ metadata }) => metadata?.name === name && metadata?.namespace === namespace);
	if (!object) return { problems: [`${rule.target} is gone`], seen: "gone" };
	const keys = rule.path.split(/(?<!\\)\./).map((key) => key.replaceAll("\\.", "."));
	const value = keys.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | null | undefined)?.[key], object);
	const problems: string[] = [];
	const seen = value === undefined ? "not set" : JSON.stringify(value);
	if (rule.absent && value !== undefined) problems.push(`${rule.target}: ${rule.path} is ${seen}, it was not set`);
	if (rule.equals !== undefined && value !== rule.equals)
		problems.push(`${rule.target}: ${rule.path} is ${seen} instead of ${JSON.stringify(rule.equals)}`);
	if (rule.atLeast !== undefined && !(Number(value) >= rule.atLeast))
		problems.push(`${rule.target}: ${rule.path} is ${seen}, at least ${rule.atLeast} is needed`);
	return { problems, seen };
}
