import type { LabProbe, ProbeResult } from "../../providers/provider.ts";
import type { CheckContext, Turn } from "./judgement.ts";
import type { Sample } from "./samples.ts";

/** Failed samples of a batch whose real end is looked up: enough to name each endpoint that fails. */
const most = 8;
/** Look-ups in the kernel's tables, on a busy host. */
const timeoutMs = 1000;

/**
 * Adds to lookups that failed where they really went: behind a Service's address the nodes know which endpoint was asked,
 * also when it said nothing (an unanswered datagram is tracked for 30 s). What a policy has dropped is tracked nowhere.
 */
export function* namingEnds(samples: readonly Sample[], context: CheckContext): Generator<Turn, Sample[], ProbeResult[]> {
	const failed = samples
		.filter(({ observed }) => observed !== undefined)
		.flatMap((sample) => {
			const query = sample.result.dns?.queries.at(-1);
			return query?.local ? [{ sample, source: query.local, destination: query.server, protocol: query.transport ?? "udp" }] : [];
		})
		.slice(0, most);
	const { nodes } = context.view;
	const flows =
		failed.length === 0
			? []
			: yield failed.flatMap(({ source, destination, protocol }) =>
					nodes.map(({ name }): LabProbe => ({ kind: "flow", from: { node: name }, protocol, source, destination, timeoutMs })),
				);
	const ends = new Map<Sample, string>();
	for (const [index, { sample, destination }] of failed.entries()) {
		const found = flows.slice(index * nodes.length, (index + 1) * nodes.length).flatMap(({ flow }) => flow?.server ?? []);
		const end = found.find((server) => server !== destination);
		if (end) ends.set(sample, end);
	}
	return samples.map((sample) => (ends.has(sample) ? { ...sample, observed: `${sample.observed} at ${ends.get(sample)}` } : sample));
}
