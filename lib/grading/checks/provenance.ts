import type { V1Pod } from "@kubernetes/client-node";
import type { ProbeResult } from "../../providers/provider.ts";
import { connectionOf, flowProbes, straightTo } from "./flow.ts";
import type { CheckContext, Turn } from "./judgement.ts";
import { sightings, witnessProbes } from "./witness.ts";

/** An answer whose server is in question. */
export interface Answer {
	nonce: string;
	result: ProbeResult;
}

/** Who gave an answer. */
export type Provenance =
	| { by: V1Pod }
	/** Why it is not proved, in words that follow "200, but "; empty where nothing is known of the server. */
	| { not: string }
	/** The prober failed to look. */
	| { broken: ProbeResult };

/**
 * Proves who answered (design, rule 4): one of the genuine pods saw the nonce, and, unless something else is meant to stand
 * in between, the nodes' connection tracking says that the client's own connection went straight to it. One batch.
 * @param options.straight false where an ingress or the application itself passes the request on: then the nonce alone tells
 */
export function* provenanceOf(
	answers: readonly Answer[],
	options: { pods: readonly V1Pod[]; straight: boolean; timeoutMs: number; context: CheckContext },
): Generator<Turn, Provenance[], ProbeResult[]> {
	if (answers.length === 0) return [];
	const { pods, straight, timeoutMs, context } = options;
	const nonces = answers.map(({ nonce }) => nonce);
	const connections = answers.map(({ result }) => (straight ? connectionOf(result) : undefined));
	const asked = connections.filter((connection) => connection !== undefined);
	const witnesses = witnessProbes(pods, nonces, timeoutMs);
	const batch = [...witnesses, ...flowProbes(asked, context.view, timeoutMs)];
	if (batch.length === 0) return answers.map(() => ({ not: "" }));
	const results = yield batch;
	const seen = sightings(pods, nonces, results.slice(0, witnesses.length));
	const nodes = context.view.nodes.length;
	return answers.map((_, index): Provenance => {
		const sighting = seen[index] ?? [];
		const connection = connections[index];
		const at = witnesses.length + (connection ? asked.indexOf(connection) : 0) * nodes;
		const flows = connection ? results.slice(at, at + nodes) : [];
		const mine = [...results.slice(index * pods.length, (index + 1) * pods.length), ...flows];
		const broken = mine.find(({ outcome }) => outcome === "prober-error");
		const witness = sighting[0]?.pod;
		const nonceOnly = witness ? { by: witness } : { not: "" };
		const found = connection ? straightTo(connection, flows, sighting, { pods, view: context.view }) : nonceOnly;
		return "not" in found && broken ? { broken } : found;
	});
}
