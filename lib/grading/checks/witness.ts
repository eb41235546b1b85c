import type { V1Pod } from "@kubernetes/client-node";
import { z } from "zod";
import type { LabProbe, ProbeResult } from "../../providers/provider.ts";

/** The header that the application passes on to its upstreams; see infra/shop. */
export const nonceHeader = "X-Faultline-Nonce";

const seenAnswer = z.object({ seen: z.boolean() });

/**
 * Asks pods, each on its own loopback, whether they saw a nonce. The listener is not on the pod's address, so neither
 * a Service nor another pod can answer in its place.
 */
export function witnessProbes(pods: readonly V1Pod[], nonces: readonly string[], timeoutMs: number): LabProbe[] {
	return nonces.flatMap((nonce) =>
		pods.map((pod) => ({
			kind: "http" as const,
			from: { podUid: pod.metadata?.uid ?? "" },
			url: `http://127.0.0.1:9901/internal/seen?nonce=${nonce}`,
			timeoutMs,
		})),
	);
}

/** For each nonce the name of the pod that saw it, or undefined. Results in the order of {@link witnessProbes}. */
export function witnesses(pods: readonly V1Pod[], nonces: readonly string[], results: readonly ProbeResult[]): (string | undefined)[] {
	return nonces.map((_, row) => {
		const at = pods.findIndex((_, column) => saw(results[row * pods.length + column]));
		return at === -1 ? undefined : pods[at]?.metadata?.name;
	});
}

function saw(result: ProbeResult | undefined): boolean {
	if (result?.http?.status !== 200) return false;
	try {
		return seenAnswer.parse(JSON.parse(result.http.body)).seen;
	} catch {
		return false;
	}
}
