import type { V1Pod } from "@kubernetes/client-node";
import type { LabProbe } from "../../providers/provider.ts";
import type { CheckOf } from "../../scenarios/check-schema.ts";
import { genuinePods, isLeaving, isReady, ownerInWords } from "../cluster-view.ts";
import { outcomeInWords } from "../outcome-words.ts";
import { type Endpoint, findService, readyEndpoints } from "../service-endpoints.ts";
import { type CheckContext, type CheckDialogue, failWithout, judgeSamples } from "./judgement.ts";
import { originsOf } from "./origins.ts";
import { provenanceOf } from "./provenance.ts";
import { nonceHeader } from "./witness.ts";

/**
 * A Service's endpoints are the workload's ready pods, all of them and nothing else, and each answers when asked
 * directly: no average can hide one that does not.
 */
export function* endpointsCheck(check: CheckOf<"endpoints">, context: CheckContext): CheckDialogue {
	const namespace = check.namespace ?? context.namespace;
	const workload = context.workload(check.backend);
	const service = findService(context.view, check.service, namespace);
	const expected = `the ready pods of ${workload.name}, each answering`;
	const label = `Service ${check.service} (namespace ${namespace})`;
	const wrong = (observed: string) => failWithout(`${label}: expected ${expected}; observed ${observed}.`, expected, observed);
	if (!service) return wrong("no such Service");
	const port = service.spec?.ports?.find((candidate) => candidate.port === check.port || candidate.name === check.port);
	if (!port) return wrong(`a Service without port ${check.port}`);

	const pods = genuinePods(context.view, workload).filter((pod) => isReady(pod) && !isLeaving(pod));
	if (pods.length === 0) return wrong(`no ready pod of ${workload.name}`);
	const endpoints = readyEndpoints(service, port.name ?? "", context.view.endpointSlices);
	if (endpoints.length === 0) return wrong("no endpoints at all");
	const foreign = endpoints.filter(({ address }) => !pods.some((pod) => pod.status?.podIP === address));
	const stranger = foreign.find(({ address }) => !genuinePods(context.view, workload).some((pod) => pod.status?.podIP === address));
	if (stranger) {
		const pod = context.view.pods.find(({ status }) => status?.podIP === stranger.address);
		return wrong(
			`the endpoint ${stranger.address}, which is ${pod ? `pod ${pod.metadata?.name} of ${ownerInWords(context.view, pod)}` : "no pod of this lab"}`,
		);
	}
	const missing = pods.filter((pod) => !endpoints.some(({ address }) => address === pod.status?.podIP));
	if (missing.length > 0) return wrong(`${names(missing)} ready but not among the endpoints`);
	if (foreign.length > 0) return wrong(`the endpoint ${foreign[0]?.address}, whose pod is not ready`);

	const { vantages, from } = originsOf(check.from, context);
	const origin = vantages[0];
	if (!origin)
		return failWithout(
			`The endpoints of ${label} could not be asked from ${from}: no such pod runs.`,
			expected,
			"no pod to ask from",
			from,
		);
	const nonces = endpoints.map(() => context.nonce());
	const results = yield endpoints.map(({ address, port: number }, index): LabProbe => {
		const url = `http://${address}:${number}${check.path}`;
		return { kind: "http", from: origin, url, headers: { [nonceHeader]: nonces[index] as string }, timeoutMs: check.timeoutMs };
	});
	const answers = results.map((result, index) => ({ nonce: nonces[index] as string, result }));
	const proofs = yield* provenanceOf(answers, { pods, straight: true, timeoutMs: check.timeoutMs, context });
	const observed = results.map((result, index) => {
		const { address, port: number } = endpoints[index] as Endpoint;
		const proof = proofs[index];
		if (result.http?.status !== 200) return `${address}:${number} ${outcomeInWords(result)}`;
		const own = pods.find((pod) => pod.status?.podIP === address)?.metadata;
		if (proof && "by" in proof && proof.by.metadata?.uid === own?.uid) return undefined;
		if (proof && "broken" in proof) return outcomeInWords(proof.broken);
		return `${address}:${number} ${(proof && "not" in proof && proof.not) || `answered by something other than ${own?.name}`}`;
	});
	const judged = results.map((result, index) => {
		const proof = proofs[index];
		return proof && "broken" in proof ? proof.broken : result;
	});
	const fine = `${endpoints.length} endpoints, each its own pod of ${workload.name}`;
	return judgeSamples({
		results: judged,
		observed,
		asked: `Each endpoint of ${label}, asked directly`,
		expected,
		fine,
		from,
	});
}

function names(pods: readonly V1Pod[]): string {
	const list = pods.map((pod) => pod.metadata?.name).join(", ");
	return pods.length === 1 ? `pod ${list}` : `pods ${list}`;
}
