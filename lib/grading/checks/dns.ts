import type { LabProbe } from "../../providers/provider.ts";
import type { CheckOf } from "../../scenarios/check-schema.ts";
import { outcomeInWords } from "../outcome-words.ts";
import { type CheckContext, type CheckDialogue, failWithout } from "./judgement.ts";
import { originsOf } from "./origins.ts";
import { judgeInSamples } from "./samples.ts";

/** Looks a name up through the vantage's own resolver. */
export function* dnsCheck(check: CheckOf<"dns">, context: CheckContext): CheckDialogue {
	const wanted = wantedAnswers(check, context);
	const expected = `${check.rcode}${wanted ? ` ${wanted.join(", ")}` : ""}`;
	const { vantages, from } = originsOf(check.from, context);
	const asked = `${check.recordType} ${check.name}`;
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
			return results.map((result) => {
				const sameCode = result.dns?.rcode === check.rcode;
				const sameAnswers = wanted === undefined || equalSets(result.dns?.answers ?? [], wanted);
				const empty = check.rcode === "NOERROR" && wanted === undefined && result.dns?.answers.length === 0;
				return { result, observed: sameCode && sameAnswers && !empty ? undefined : outcomeInWords(result) };
			});
		},
	});
}

function wantedAnswers(check: CheckOf<"dns">, context: CheckContext): string[] | undefined {
	if (check.answers === undefined || Array.isArray(check.answers)) return check.answers;
	const { service: name, namespace = context.namespace } = check.answers;
	const service = context.view.services.find(({ metadata }) => metadata?.name === name && metadata.namespace === namespace);
	return service?.spec?.clusterIPs ?? (service?.spec?.clusterIP ? [service.spec.clusterIP] : [`the address of service ${name}`]);
}

function equalSets(a: readonly string[], b: readonly string[]): boolean {
	return JSON.stringify([...new Set(a)].sort()) === JSON.stringify([...new Set(b)].sort());
}
