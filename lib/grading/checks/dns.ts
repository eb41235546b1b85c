import type { LabProbe } from "../../providers/provider.ts";
import type { CheckOf } from "../../scenarios/check-schema.ts";
import { dnsEndpointsCheck } from "./dns-endpoints.ts";
import { type CheckContext, type CheckDialogue, failWithout } from "./judgement.ts";
import { lookupInWords, lookupProblem, wantedAnswers } from "./lookup.ts";
import { originsOf } from "./origins.ts";
import { namingEnds } from "./real-end.ts";
import { judgeInSamples } from "./samples.ts";

/** Looks a name up through the vantage's own resolver, or of every endpoint of a DNS Service directly. */
export function* dnsCheck(check: CheckOf<"dns">, context: CheckContext): CheckDialogue {
	const { endpointsOf } = check;
	if (endpointsOf) return yield* dnsEndpointsCheck({ ...check, endpointsOf }, context);
	const wanted = wantedAnswers(check, context);
	const expected = lookupInWords(check, wanted);
	const { vantages, from } = originsOf(check.from, context);
	const asked = `${check.recordType} ${check.name}${check.transport === "tcp" ? " over TCP" : ""}`;
	if (vantages.length === 0)
		return failWithout(`${asked} could not be asked from ${from}: no such pod runs.`, expected, "no pod to ask from", from);
	return yield* judgeInSamples(check, context, {
		...{ asked, expected, from, origins: vantages, fine: wanted ? expected : undefined },
		*ask(origins) {
			const results = yield origins.map(
				(origin): LabProbe => ({
					...{ kind: "dns", from: origin, name: check.name, type: check.recordType, transport: check.transport },
					// A sampled lookup is one raw query: what a retry or another name of the search list would hide counts.
					...{ search: check.search ?? check.sampling === undefined, attempts: 1, timeoutMs: check.timeoutMs },
				}),
			);
			const samples = results.map((result) => ({ result, observed: lookupProblem(check, result, wanted) }));
			// A live verdict leaves the search to the learner.
			return check.sampling && !context.live ? yield* namingEnds(samples, context) : samples;
		},
	});
}
