import type { V1Deployment } from "@kubernetes/client-node";
import type { GuardRuleOf } from "../../scenarios/guard-schema.ts";
import { findObject } from "../../scenarios/manifests.ts";
import { type ClusterView, isLeaving, ownerInWords } from "../cluster-view.ts";
import { type Finding, finding } from "./finding.ts";
import type { GuardContext } from "./guard-context.ts";

/** Plugins of CoreDNS by which it answers of its own invention, asks for another name, or reads further rules. */
const inventing = new Set([
	"hosts",
	"template",
	"rewrite",
	"file",
	"auto",
	"secondary",
	"alternate",
	"erratic",
	"import",
	"acl",
	"etcd",
	"records",
]);

/**
 * Behind a Service stands the workload that should, ready or not, with its image; and where that is cluster DNS, its Corefile
 * has no line that invents answers beside those of the baseline or, for the cluster's own, those that it had before.
 */
export function answersGenuine(rule: GuardRuleOf<"answers-genuine">, context: GuardContext): Finding {
	const { view, namespace: fallback } = context;
	const namespace = rule.namespace ?? fallback;
	const backends = rule.backends.map((backend) => ({ name: backend.deployment, namespace: backend.namespace ?? namespace }));
	const words = backends.map(({ name }) => `Deployment ${name}`).join(" or ");
	const service = view.services.find(({ metadata }) => metadata?.name === rule.service && metadata.namespace === namespace);
	if (!service) return finding([`Service ${rule.service} is gone`], "");
	const broken: string[] = [];
	if (service.spec?.type === "ExternalName") broken.push(`Service ${rule.service} stands for ${service.spec.externalName}`);

	const endpoints = view.endpointSlices
		.filter(({ metadata }) => metadata?.namespace === namespace && metadata.labels?.["kubernetes.io/service-name"] === rule.service)
		.flatMap((slice) => slice.endpoints ?? [])
		.filter(({ conditions }) => !conditions?.terminating);
	const strangers = new Set<string>();
	for (const address of endpoints.flatMap(({ addresses }) => addresses)) {
		const pods = view.pods.filter(({ status, spec }) => status?.podIP === address && !spec?.hostNetwork);
		const genuine = pods.some((pod) =>
			backends.some(({ name, namespace: own }) => pod.metadata?.namespace === own && ownerInWords(view, pod) === `Deployment ${name}`),
		);
		const [pod] = pods;
		if (!genuine && !(pod && isLeaving(pod)))
			strangers.add(pod ? `pod ${pod.metadata?.name} of ${ownerInWords(view, pod)}` : `the address ${address}`);
	}
	for (const stranger of strangers) broken.push(`behind Service ${rule.service} stands ${stranger}, not ${words}`);
	if (endpoints.length === 0) broken.push(`nobody stands behind Service ${rule.service}`);
	for (const backend of backends) broken.push(...imageDifferences(backend, context), ...inventedAnswers(backend, context));
	return finding(broken, `behind Service ${rule.service} stands nobody but ${words}`);
}

interface Named {
	name: string;
	namespace: string;
}

function imageDifferences(backend: Named, { baseline, before, view }: GuardContext): string[] {
	const images = (one: V1Deployment | undefined) => one?.spec?.template.spec?.containers.map(({ image }) => image).sort();
	const healthy = findObject(baseline, `deployment/${backend.name}`, backend.namespace) as unknown as V1Deployment | undefined;
	const [then, now] = [images(healthy ?? (before && deploymentIn(before, backend))), images(deploymentIn(view, backend))];
	return then && now && then.join() !== now.join()
		? [`Deployment ${backend.name} runs ${now.join(", ")} instead of ${then.join(", ")}`]
		: [];
}

function inventedAnswers(backend: Named, { baseline, before, view }: GuardContext): string[] {
	const known = new Set<string>();
	for (const { object } of baseline) if (object.kind === "ConfigMap") for (const line of linesOf(object.data?.Corefile)) known.add(line);
	if (before) for (const { text } of corefiles(before, backend)) for (const line of linesOf(text)) known.add(line);
	return corefiles(view, backend).flatMap(({ map, text }) =>
		linesOf(text)
			.filter((line) => inventing.has(line.split(/\s+/)[0] ?? "") && !known.has(line))
			.map((line) => `the Corefile (ConfigMap ${map}) makes answers of its own: "${line}"`),
	);
}

/** Files that a Deployment's pods read from ConfigMaps and that may be a Corefile: whatever their key, the command names it. */
function corefiles(view: ClusterView, backend: Named): { map: string; text: string }[] {
	const volumes = deploymentIn(view, backend)?.spec?.template.spec?.volumes ?? [];
	const names = volumes.flatMap(({ configMap, projected }) => [
		configMap?.name,
		...(projected?.sources ?? []).map((source) => source.configMap?.name),
	]);
	return view.configMaps
		.filter(({ metadata }) => metadata?.namespace === backend.namespace && names.includes(metadata?.name))
		.flatMap(({ metadata, data }) => Object.values(data ?? {}).map((text) => ({ map: metadata?.name ?? "", text })))
		.filter(({ text }) => /^\s*(kubernetes|forward|errors|ready)\b/m.test(text));
}

function linesOf(corefile: string | undefined): string[] {
	return (corefile ?? "")
		.split("\n")
		.map((line) => line.replace(/#.*/, "").trim())
		.filter(Boolean);
}

function deploymentIn(view: ClusterView, { name, namespace }: Named): V1Deployment | undefined {
	return view.deployments.find(({ metadata }) => metadata?.name === name && metadata.namespace === namespace);
}
