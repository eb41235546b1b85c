import type { V1Service } from "@kubernetes/client-node";
import type { GuardRuleOf } from "../../scenarios/guard-schema.ts";
import { type BaselineObject, findObject } from "../../scenarios/manifests.ts";
import type { ClusterView } from "../cluster-view.ts";
import { type Finding, finding } from "./finding.ts";

/** Services keep what their clients rely on; selectors, target ports and the cluster address may change. */
export function servicesKept(
	rule: GuardRuleOf<"services-kept">,
	baseline: readonly BaselineObject[],
	view: ClusterView,
	fallback: string,
): Finding {
	const namespace = rule.namespace ?? fallback;
	const broken = rule.services.flatMap((name) => {
		const then = findObject(baseline, `service/${name}`, namespace) as unknown as V1Service | undefined;
		const now = view.services.find(({ metadata }) => metadata?.name === name && metadata.namespace === namespace);
		if (!then) return [];
		return now ? differences(name, then, now) : [`Service ${name} is gone`];
	});
	return finding(broken, `${rule.services.join(", ")}: same type and ports`);
}

function differences(name: string, then: V1Service, now: V1Service): string[] {
	const broken: string[] = [];
	const type = then.spec?.type ?? "ClusterIP";
	if (now.spec?.type !== type) broken.push(`Service ${name} was of type ${type} and is now ${now.spec?.type}`);
	for (const port of then.spec?.ports ?? []) {
		const label = `port ${port.port}/${port.protocol ?? "TCP"}`;
		const kept = now.spec?.ports?.find((other) => other.port === port.port && (other.protocol ?? "TCP") === (port.protocol ?? "TCP"));
		if (!kept) broken.push(`Service ${name} has lost ${label}`);
		else if (port.nodePort && kept.nodePort !== port.nodePort)
			broken.push(`Service ${name} has node port ${kept.nodePort} instead of ${port.nodePort}`);
	}
	for (const port of now.spec?.ports ?? []) {
		const known = then.spec?.ports?.some((other) => other.port === port.port && (other.protocol ?? "TCP") === (port.protocol ?? "TCP"));
		if (!known) broken.push(`Service ${name} has a further port ${port.port}/${port.protocol ?? "TCP"}`);
	}
	if (now.spec?.publishNotReadyAddresses && !then.spec?.publishNotReadyAddresses)
		broken.push(`Service ${name} now offers pods that are not ready`);
	if (now.spec?.externalIPs?.length && !then.spec?.externalIPs?.length) broken.push(`Service ${name} now claims external addresses`);
	return broken;
}
