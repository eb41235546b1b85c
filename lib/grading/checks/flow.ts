import type { V1Pod } from "@kubernetes/client-node";
import type { LabProbe, ProbeResult } from "../../providers/provider.ts";
import { type ClusterView, ownerInWords } from "../cluster-view.ts";
import { podAt } from "../service-endpoints.ts";
import type { Sighting } from "./witness.ts";

/** A connection as its client knows it. */
export interface Connection {
	/** `address:port` it came from. */
	local: string;
	/** `address:port` it was sent to. */
	remote: string;
}

/** The connection of an answered probe; undefined where the prober did not say. */
export function connectionOf({ local, remote }: ProbeResult): Connection | undefined {
	return local && remote ? { local, remote } : undefined;
}

/** Looks each connection up in the connection tracking of every node: which of them it passes is the network's affair. */
export function flowProbes(connections: readonly Connection[], view: ClusterView, timeoutMs: number): LabProbe[] {
	return connections.flatMap(({ local, remote }) =>
		view.nodes.map(({ name }): LabProbe => {
			return { kind: "flow", from: { node: name }, protocol: "tcp", source: local, destination: remote, timeoutMs };
		}),
	);
}

/**
 * The pod whose application a connection went straight to, or in words why it did not.
 *
 * A node tracks every connection that enters or leaves a pod, by the addresses it had on the wire and for two minutes after
 * its end. So the node that rewrote a Service's or node's address knows the pod behind it, whatever the client was made to
 * believe; and where no node knows the connection at all, what went out of the pod was not what the client sent: rules in
 * the pod itself sent it elsewhere. That is a failure, and not left to the nonce alone, for a proxy behind such rules passes
 * the nonce on. Only what never leaves the pod, a pod that asks its own address, is known to nobody.
 * The application must have seen the client that the node sees: a process in front of it in the same pod shows as another.
 * @param flows what each node said, in any order
 * @param seen the genuine pods that saw the nonce
 */
export function straightTo(
	connection: Connection,
	flows: readonly ProbeResult[],
	seen: readonly Sighting[],
	genuine: { pods: readonly V1Pod[]; view: ClusterView },
): { by: V1Pod } | { not: string } {
	if (hostOf(connection.local) === hostOf(connection.remote)) {
		const own = seen.find(({ pod }) => hasAddress(pod, hostOf(connection.remote)));
		return own ? { by: own.pod } : { not: "answered within the pod that asked" };
	}
	const found = flows.flatMap(({ flow }) => flow ?? []);
	const ends = found.map(({ server, client }) => {
		const witness = seen.find(({ pod }) => hasAddress(pod, hostOf(server)));
		if (witness && witness.remote === client) return { by: witness.pod };
		const pod = genuine.pods.find((one) => hasAddress(one, hostOf(server)));
		if (pod) return { not: `answered by something in front of the application in pod ${pod.metadata?.name}` };
		return { not: `answered by ${whoIs(hostOf(server), genuine.view)}` };
	});
	// A further node on the way may know the connection too: one that leads straight to the witness is enough.
	const never = { not: `the connection to ${connection.remote} never left the client as such: something there sends it elsewhere` };
	return ends.find((end) => "by" in end) ?? ends[0] ?? never;
}

function hasAddress({ status }: V1Pod, address: string): boolean {
	return status?.podIP === address || (status?.podIPs ?? []).some(({ ip }) => ip === address);
}

/** The address of `10.0.0.1:80` or `[fd00::1]:80`. */
function hostOf(address: string): string {
	return address.replace(/:\d+$/, "").replace(/^\[|\]$/g, "");
}

/** `pod proxy-1 of Deployment proxy` */
function whoIs(address: string, view: ClusterView): string {
	const pod = podAt(view, address);
	if (pod) return `pod ${pod.metadata?.name} of ${ownerInWords(view, pod)}`;
	const node = view.nodes.find((candidate) => candidate.address === address);
	return node ? `something on the network of node ${node.name}` : `${address}, which is no pod of this lab`;
}
