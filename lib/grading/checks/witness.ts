import type { V1Pod } from "@kubernetes/client-node";
import { z } from "zod";
import type { LabProbe, ProbeResult } from "../../providers/provider.ts";

/** The header that the application passes on to its upstreams; see infra/shop. */
export const nonceHeader = "X-Faultline-Nonce";

const seenAnswer = z.object({ seen: z.boolean(), remote: z.string().default("") });

/** A pod that saw a nonce. */
export interface Sighting {
	pod: V1Pod;
	/** `address:port` from which the request came to the application itself. */
	remote: string;
}

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

/** For each nonce the pods that saw it. Results in the order of {@link witnessProbes}. */
export function sightings(pods: readonly V1Pod[], nonces: readonly string[], results: readonly ProbeResult[]): Sighting[][] {
	return nonces.map((_, row) =>
		pods.flatMap((pod, column) => {
			const said = saidOf(results[row * pods.length + column]);
			return said?.seen ? [{ pod, remote: said.remote }] : [];
		}),
	);
}

/** For each nonce the name of a pod that saw it, or undefined. Results in the order of {@link witnessProbes}. */
export function witnesses(pods: readonly V1Pod[], nonces: readonly string[], results: readonly ProbeResult[]): (string | undefined)[] {
	return sightings(pods, nonces, results).map((seen) => seen[0]?.pod.metadata?.name);
}

function saidOf(result: ProbeResult | undefined): z.infer<typeof seenAnswer> | undefined {
	if (result?.http?.status !== 200) return undefined;
	try {
		return seenAnswer.parse(JSON.parse(result.http.body));
	} catch {
		return undefined;
	}
}
