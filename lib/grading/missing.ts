import type { ScenarioInstance } from "../scenarios/instance.ts";
import { type ClusterView, isReady } from "./cluster-view.ts";
import { controllerOf, inWords, isRollable, ownerOf, type Served } from "./served.ts";
import { lackOf } from "./whole.ts";

/**
 * What is plainly gone or down of that on which an objective rests, in words: said beside what traffic saw, since "no such
 * pod runs" alone would leave a learner who deleted a namespace to guess.
 */
export function missingFor(scenario: ScenarioInstance, view: ClusterView, served: readonly Served[]): string[] {
	const here = new Map(view.namespaces.map((namespace) => [namespace.metadata?.name ?? "", namespace]));
	const gone = [...new Set([scenario.namespace, ...served.map(({ namespace }) => namespace)])].flatMap((name) => {
		const namespace = here.get(name);
		if (!namespace) return [`namespace ${name} is gone`];
		return namespace.metadata?.deletionTimestamp ? [`namespace ${name} is being deleted`] : [];
	});
	if (gone.length > 0) return gone;
	const down = served.flatMap((one) => {
		const controller = controllerOf(view, one);
		if (isRollable(one) && !controller) return [`${inWords(one)} is gone`];
		if (controller?.spec && "replicas" in controller.spec && controller.spec.replicas === 0) return [`${inWords(one)} is scaled to 0`];
		const lack = lackOf(view, one);
		return lack ? [lack.problem] : [];
	});
	return [...down, ...dnsIsDown(view)];
}

/** Without cluster DNS every name fails, whatever the objective is about. */
function dnsIsDown(view: ClusterView): string[] {
	const dns = view.services.find(({ metadata }) => metadata?.name === "kube-dns" && metadata.namespace === "kube-system");
	if (!dns) return view.namespaces.length > 0 ? ["Service kube-dns is gone"] : [];
	const selector = Object.entries(dns.spec?.selector ?? {});
	const pods = view.pods.filter(
		({ metadata }) => metadata?.namespace === "kube-system" && selector.every(([key, value]) => metadata.labels?.[key] === value),
	);
	if (pods.some(isReady)) return [];
	const owner = pods[0] && inWords(ownerOf(view, pods[0]));
	return [`no pod of cluster DNS is ready${owner ? ` (${owner})` : ""}`];
}
