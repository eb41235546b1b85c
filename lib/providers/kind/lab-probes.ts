import type { LabProbe, ProbeResult, Vantage } from "../provider.ts";
import type { ProberChannel } from "./prober-channel.ts";

interface LabProbesOptions {
	channel: ProberChannel;
	workstation: string;
	edge: string;
	/** The host's process id of a container's first process; undefined where it does not run. */
	pid(container: string): Promise<number | undefined>;
}

/**
 * Probes of one lab: vantages become processes. Process ids are kept and asked for again when one is gone, as after
 * a restart of the container.
 */
export function createLabProbes({ channel, workstation, edge, pid }: LabProbesOptions) {
	const pids = new Map<string, Promise<number | undefined>>();

	function containerOf(from: Vantage): string | undefined {
		if ("workstation" in from) return workstation;
		if ("edge" in from) return edge;
		return "node" in from ? from.node : undefined;
	}

	async function locate(probe: LabProbe) {
		const container = containerOf(probe.from);
		if (container === undefined) return probe;
		if (!pids.has(container)) pids.set(container, pid(container));
		const found = await pids.get(container)?.catch(() => undefined);
		if (found === undefined) pids.delete(container);
		return found === undefined ? undefined : { ...probe, from: { pid: found } };
	}

	async function send(probes: readonly LabProbe[], signal?: AbortSignal): Promise<ProbeResult[]> {
		const located = await Promise.all(probes.map(locate));
		const results = await channel.probe(
			located.filter((probe) => probe !== undefined),
			signal,
		);
		let next = 0;
		return located.map((probe, index): ProbeResult => {
			const gone: ProbeResult = { id: "", outcome: "no-vantage", detail: "the container does not run", durationMs: 0 };
			const result = probe === undefined ? gone : (results[next++] ?? gone);
			return { ...result, id: String(index) };
		});
	}

	return async function probe(probes: readonly LabProbe[], signal?: AbortSignal): Promise<ProbeResult[]> {
		const results = await send(probes, signal);
		const again = probes.flatMap((one, index) => (results[index]?.outcome === "no-vantage" && containerOf(one.from) ? [index] : []));
		if (again.length === 0) return results;
		for (const index of again) pids.delete(containerOf((probes[index] as LabProbe).from) ?? "");
		const second = await send(
			again.map((index) => probes[index] as LabProbe),
			signal,
		);
		again.forEach((index, at) => {
			results[index] = { ...(second[at] as ProbeResult), id: String(index) };
		});
		return results;
	};
}
