import type { KubernetesObject, V1ManagedFieldsEntry, V1Pod } from "@kubernetes/client-node";
import { type ClusterView, isLeaving } from "./cluster-view.ts";
import {
	cachedNameMs,
	mountedFileMs,
	policyRulesMs,
	reloadMs,
	rolloutMs,
	routesMs,
	serviceRulesMs,
	unseenChangeMs,
} from "./effect-times.ts";
import type { Served } from "./served.ts";
import { lackOf } from "./whole.ts";

/** A change that may still be on its way to where traffic shows it. */
export interface Pending {
	/** What is waited for, in words: `the nodes to take up Service catalog`. */
	what: string;
	/** Until when at most, milliseconds since the epoch. */
	until: number;
}

/**
 * What was changed so lately that traffic may not show it yet; the longest wait first. Empty in a lab that nobody has
 * touched, so that it is judged at once.
 * @param since when the asking began: from then a rollout that is under way is waited for, and no change counts as later,
 *   for an object's times can be written by whoever may write the object
 */
export function pendingEffects(options: { view: ClusterView; served: readonly Served[]; since: number; now: number }): Pending[] {
	const { view, served, since, now } = options;
	const rolling = served.flatMap((one) => {
		const lack = lackOf(view, one);
		return lack ? [{ what: lack.problem, until: since + rolloutMs }] : [];
	});
	const after = (kind: string, objects: readonly KubernetesObject[], effectMs: number, who: string): Pending[] =>
		objects.map((object) => ({
			what: `${who} to take up ${kind} ${object.metadata?.name}`,
			until: Math.min(lastChange(object), since) + effectMs,
		}));
	const pending: Pending[] = [
		...rolling,
		...after("Service", view.services, serviceRulesMs, "the nodes"),
		...after("EndpointSlice", view.endpointSlices, serviceRulesMs, "the nodes"),
		...after(
			"pod",
			view.pods.filter((pod) => !isLeaving(pod)),
			serviceRulesMs,
			"the nodes",
		),
		...after("NetworkPolicy", view.networkPolicies, policyRulesMs, "the nodes"),
		...after("Namespace", view.namespaces, policyRulesMs, "the nodes"),
		...after("Ingress", view.ingresses, routesMs, "the ingress controller"),
		...after("ConfigMap", view.configMaps.filter(configures), serviceRulesMs, "its readers"),
		...(cachesNames(view) ? view.services.map((service) => forgottenName(service, since)) : []),
		...view.configMaps.flatMap((map) => awaitedFile(view, map, since)),
	];
	return pending.filter(({ until }) => until > now).sort((a, b) => b.until - a.until);
}

/**
 * Until when a change that was just made may still be on its way. A little after `since` at least: a deletion leaves no
 * trace of when it was.
 * @returns milliseconds since the epoch
 */
export function takesEffectUntil(pending: readonly Pending[], since: number): number {
	return Math.max(since + unseenChangeMs, ...pending.map(({ until }) => until));
}

/** What is published for everybody in kube-public runs nothing; the mark of a check that holds changes is there too. */
const configures = ({ metadata }: KubernetesObject): boolean => metadata?.namespace !== "kube-public";

/** A ConfigMap that running pods mount, changed after they have started: a pod that starts reads it at once. */
function awaitedFile(view: ClusterView, map: KubernetesObject, since: number): Pending[] {
	const { name, namespace } = map.metadata ?? {};
	const changedAt = Math.min(lastChange(map, writesContent), since);
	const stale = view.pods.some((pod) => {
		const here = pod.metadata?.namespace === namespace && !isLeaving(pod) && mounts(pod, name ?? "");
		return here && startOf(pod) < changedAt;
	});
	if (!stale) return [];
	if (isCorefile(map)) return [{ what: "CoreDNS to read its new Corefile", until: changedAt + mountedFileMs + reloadMs }];
	return [{ what: `running pods to see the new ConfigMap ${name}`, until: changedAt + mountedFileMs }];
}

function mounts(pod: V1Pod, map: string): boolean {
	const volumes = pod.spec?.volumes ?? [];
	return volumes.some(
		({ configMap, projected }) => configMap?.name === map || projected?.sources?.some((source) => source.configMap?.name === map),
	);
}

/** When the newest of a pod's containers began; 0 where that is not known. */
function startOf(pod: V1Pod): number {
	return Math.max(0, ...(pod.status?.containerStatuses ?? []).map(({ state }) => time(state?.running?.startedAt)));
}

/** A Service of a new name or address: what CoreDNS has answered before may still be told. */
function forgottenName(service: KubernetesObject, since: number): Pending {
	const made = Math.min(time(service.metadata?.creationTimestamp), since);
	return { what: `old answers for ${service.metadata?.name} to leave the DNS cache`, until: made + cachedNameMs };
}

/** kubeadm's Corefile keeps the cluster's own names out of the cache. */
function cachesNames(view: ClusterView): boolean {
	const corefile = view.configMaps.find(isCorefile)?.data?.Corefile ?? "";
	return (
		/^\s*cache\b/m.test(corefile) && !(/disable success cluster\.local/.test(corefile) && /disable denial cluster\.local/.test(corefile))
	);
}

function isCorefile({ metadata }: KubernetesObject): boolean {
	return metadata?.namespace === "kube-system" && metadata.name === "coredns";
}

/**
 * When an object's specification was last written; 0 where that is not known. A status that a controller keeps says
 * nothing of a change.
 */
function lastChange({ metadata }: KubernetesObject, counts: (write: V1ManagedFieldsEntry) => boolean = () => true): number {
	const writes = (metadata?.managedFields ?? []).filter((write) => write.subresource !== "status" && counts(write));
	return Math.max(time(metadata?.creationTimestamp), ...writes.map((entry) => time(entry.time)));
}

/** Whoever owns nothing but annotations, as kubectl where it notes what was applied, has written no file. */
function writesContent({ fieldsV1 }: V1ManagedFieldsEntry): boolean {
	const { "f:metadata": metadata, ...rest } = (fieldsV1 ?? {}) as Record<string, object>;
	return !metadata || Object.keys(rest).length > 0 || Object.keys(metadata).some((field) => field !== "f:annotations");
}

function time(value: Date | string | undefined): number {
	const at = value === undefined ? 0 : new Date(value).getTime();
	return Number.isFinite(at) ? at : 0;
}
