import type { GuardRule, GuardRuleOf } from "./guard-schema.ts";
import type { ScenarioInstance } from "./instance.ts";
import { findObject } from "./manifests.ts";
import { areStockPods, isStockNamespace, isStockObject } from "./stock-objects.ts";
import { didYouMean } from "./suggest.ts";

type Path = (string | number)[];
type AddAt = (path: Path, message: string, mend?: string) => void;

/** Guards speak of objects, namespaces, pods and settings that exist: one that watches nothing holds whatever happens. */
export function lintGuards(instance: ScenarioInstance, add: AddAt): void {
	for (const [index, { rule }] of instance.guards.entries()) lintGuard(instance, rule, ["guards", index, "rule"], add);
}

function lintGuard(instance: ScenarioInstance, rule: GuardRule, path: Path, add: AddAt): void {
	const need = (at: Path, target: string, namespace = instance.namespace) => needObject(instance, [...path, ...at], target, namespace, add);
	const needNamespace = (at: Path, name: string) => {
		const known = instance.baselineObjects.some(
			({ object }) => object.metadata.namespace === name || (object.kind === "Namespace" && object.metadata.name === name),
		);
		if (!known && !isStockNamespace(name)) add([...path, ...at], `the baseline has no namespace ${name}`);
	};
	switch (rule.type) {
		case "no-addresses":
			for (const [at, name] of (rule.namespaces ?? []).entries()) needNamespace(["namespaces", at], name);
			return;
		case "app-kept":
			for (const name of rule.deployments) need(["deployments"], `deployment/${name}`, rule.namespace);
			for (const [at, key] of rule.mayChangeConfig.entries()) needConfigKey(instance, rule, key, [...path, "mayChangeConfig", at], add);
			return;
		case "replicas-kept":
			for (const name of rule.deployments) need(["deployments"], `deployment/${name}`, rule.namespace);
			return;
		case "services-kept":
			for (const name of rule.services) need(["services"], `service/${name}`, rule.namespace);
			return;
		case "object":
			need(["target"], rule.target, rule.namespace);
			return;
		case "object-kept":
			for (const [at, target] of rule.targets.entries()) need(["targets", at], target, rule.namespace);
			return;
		case "answers-genuine":
			need(["service"], `service/${rule.service}`, rule.namespace);
			for (const [at, backend] of rule.backends.entries())
				need(["backends", at], `deployment/${backend.deployment}`, backend.namespace ?? rule.namespace);
			return;
		case "others-unharmed":
			for (const [at, name] of rule.namespaces.entries()) needNamespace(["namespaces", at], name);
			return;
		case "new-routes":
			for (const [at, { service, namespace, backend }] of rule.hosts.entries()) {
				need(["hosts", at, "service"], `service/${service}`, namespace);
				need(["hosts", at, "backend"], `deployment/${backend.deployment}`, backend.namespace ?? namespace);
			}
			return;
		case "policy-envelope": {
			const lookAt = (at: Path, peer: GuardRuleOf<"policy-envelope">["of"] | GuardRuleOf<"policy-envelope">["most"][number]["peer"]) => {
				if ("deployment" in peer) need(at, `deployment/${peer.deployment}`, peer.namespace);
				else if ("pods" in peer) needPods(instance, peer, [...path, ...at], add);
				else if ("namespace" in peer) needNamespace(at, peer.namespace);
			};
			// Policies hold for pods to come as well, so `of` may speak of pods that nobody has made yet.
			if ("deployment" in rule.of) lookAt(["of"], rule.of);
			else if (rule.of.namespace !== undefined) needNamespace(["of"], rule.of.namespace);
			for (const [at, { peer }] of rule.most.entries()) lookAt(["most", at, "peer"], peer);
		}
	}
}

function needObject({ baselineObjects }: ScenarioInstance, path: Path, target: string, namespace: string, add: AddAt): void {
	if (isStockObject(target, namespace) || findObject(baselineObjects, target, namespace)) return;
	const [kind] = target.split("/");
	const names = baselineObjects
		.filter(({ object }) => object.kind.toLowerCase() === kind)
		.map(({ object }) => `${kind}/${object.metadata.name}`);
	add(path, `the baseline has no ${target} in namespace ${namespace}`, didYouMean(target, names));
}

function needConfigKey(
	{ baselineObjects, namespace }: ScenarioInstance,
	rule: GuardRuleOf<"app-kept">,
	key: string,
	path: Path,
	add: AddAt,
): void {
	const [map = "", ...entry] = key.split("/");
	const found = findObject(baselineObjects, `configmap/${map}`, rule.namespace ?? namespace);
	if (!found) add(path, `the baseline has no configmap/${map} in namespace ${rule.namespace ?? namespace}`);
	else if (found.data?.[entry.join("/")] === undefined)
		add(path, `configmap/${map} has no key "${entry.join("/")}"`, didYouMean(entry.join("/"), Object.keys(found.data ?? {})));
}

function needPods(instance: ScenarioInstance, peer: { pods: Record<string, string>; namespace?: string }, path: Path, add: AddAt): void {
	const namespace = peer.namespace ?? instance.namespace;
	const wanted = Object.entries(peer.pods);
	const known = instance.baselineObjects.some(({ object }) => {
		const template = (object.spec as { template?: { metadata?: { labels?: Record<string, string> } } } | undefined)?.template;
		const labels = template?.metadata?.labels ?? (object.kind === "Pod" ? object.metadata.labels : undefined) ?? {};
		return (namespace === "*" || object.metadata.namespace === namespace) && wanted.every(([key, value]) => labels[key] === value);
	});
	const stock = namespace === "*" ? areStockPods(peer.pods, "kube-system") : areStockPods(peer.pods, namespace);
	const labels = wanted.map(([key, value]) => `${key}=${value}`).join(",");
	if (!known && !stock && wanted.length > 0) add(path, `no pod of namespace ${namespace} carries ${labels}`);
}
