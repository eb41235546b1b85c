import type { LabProbe, Vantage } from "../../providers/provider.ts";
import type { CheckOf } from "../../scenarios/check-schema.ts";
import { ownerInWords } from "../cluster-view.ts";
import { type Endpoint, findService, podAt, readyEndpoints, serviceOfHost } from "../service-endpoints.ts";
import { type CheckContext, type CheckDialogue, failWithout, judgeSamples } from "./judgement.ts";
import { lookupInWords, lookupProblem, wantedAnswers } from "./lookup.ts";
import { inTurn, originsOf } from "./origins.ts";

/**
 * Asks every ready endpoint of a DNS Service directly, from the vantage and from each node: no average and no retry can
 * hide one that is silent or wrong.
 */
export function* dnsEndpointsCheck(
	check: CheckOf<"dns"> & { endpointsOf: NonNullable<CheckOf<"dns">["endpointsOf"]> },
	context: CheckContext,
): CheckDialogue {
	const { service: serviceName, namespace = context.namespace, atLeast } = check.endpointsOf;
	const wanted = wantedAnswers(check, context);
	const label = `Service ${serviceName} (namespace ${namespace})`;
	const many = atLeast === 1 ? "a ready endpoint" : `${atLeast} ready endpoints`;
	const expected = `${lookupInWords(check, wanted)} from each endpoint, of ${many} or more`;
	const wrong = (observed: string) => failWithout(`${label}: expected ${many} or more; observed ${observed}.`, expected, observed);
	const service = findService(context.view, serviceName, namespace);
	if (!service) return wrong("no such Service");
	const ports = (service.spec?.ports ?? []).filter(({ protocol = "TCP" }) => protocol.toLowerCase() === check.transport);
	const port = ports.find((candidate) => candidate.port === 53) ?? ports[0];
	if (!port) return wrong(`a Service without a ${check.transport.toUpperCase()} port`);
	const endpoints = readyEndpoints(service, port.name ?? "", context.view.endpointSlices);
	if (endpoints.length < atLeast) return wrong(endpoints.length === 0 ? "none" : String(endpoints.length));
	const { vantages, from } = originsOf(check.from, context);
	if (vantages.length === 0)
		return failWithout(
			`The endpoints of ${label} could not be asked from ${from}: no such pod runs.`,
			expected,
			"no pod to ask from",
			from,
		);

	const name = wholeName(check.name, context);
	const asks = endpoints.flatMap((endpoint) => [
		...inTurn(vantages, Math.min(check.samples, context.maxSamples)).map((origin) => ({ endpoint, origin, where: "" })),
		...nodesFor(endpoint, context).map((node) => ({ endpoint, origin: { node } as Vantage, where: ` from node ${node}` })),
	]);
	const results = yield asks.map(
		({ endpoint, origin }): LabProbe => ({
			...{ kind: "dns", from: origin, name, type: check.recordType, transport: check.transport, timeoutMs: check.timeoutMs },
			...{ server: `${endpoint.address}:${endpoint.port}`, search: false, attempts: 1 },
		}),
	);
	const observed = results.map((result, index) => {
		const ask = asks[index] as (typeof asks)[number];
		const problem = lookupProblem(check, result, wanted);
		return problem === undefined ? undefined : `${inWords(ask.endpoint, context)}${ask.where}: ${problem}`;
	});
	const asked = `${check.recordType} ${name}, asked of each endpoint of ${label} directly`;
	const fine = endpoints.length === 1 ? "the one endpoint right" : `${endpoints.length} endpoints, each right`;
	return judgeSamples({ results, observed, asked, expected, fine, from });
}

/** An endpoint is asked for a whole name: search lists are the client's. */
function wholeName(name: string, context: CheckContext): string {
	const metadata = serviceOfHost(context.view, name, context.namespace)?.metadata;
	return metadata ? `${metadata.name}.${metadata.namespace}.svc.cluster.local` : name;
}

/**
 * Nodes that must reach the endpoint. A policy that isolates its namespace may keep other nodes out and be right; its own
 * node always reaches a pod.
 */
function nodesFor({ address }: Endpoint, { view }: CheckContext): string[] {
	const pod = podAt(view, address);
	const isolated = view.networkPolicies.some(
		({ metadata, spec }) => metadata?.namespace === pod?.metadata?.namespace && (spec?.policyTypes ?? ["Ingress"]).includes("Ingress"),
	);
	return view.nodes.map(({ name }) => name).filter((name) => !isolated || name === pod?.spec?.nodeName);
}

/** `10.244.0.7 (pod resolver-1 of Deployment resolver)` */
function inWords({ address }: Endpoint, { view }: CheckContext): string {
	const pod = podAt(view, address);
	return `${address} (${pod ? `pod ${pod.metadata?.name} of ${ownerInWords(view, pod)}` : "no pod of this lab"})`;
}
