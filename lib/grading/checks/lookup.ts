import type { ProbeResult } from "../../providers/provider.ts";
import type { CheckOf } from "../../scenarios/check-schema.ts";
import { outcomeInWords } from "../outcome-words.ts";
import { findService, readyEndpoints } from "../service-endpoints.ts";
import type { CheckContext } from "./judgement.ts";

/**
 * The answers that a lookup must give: those the check lists, or a Service's own addresses, which for a headless one are
 * its ready pods'. Undefined where any answer will do.
 */
export function wantedAnswers(check: CheckOf<"dns">, context: CheckContext): string[] | undefined {
	if (check.answers === undefined || Array.isArray(check.answers)) return check.answers;
	const { service: name, namespace = context.namespace } = check.answers;
	const service = findService(context.view, name, namespace);
	const { clusterIP, clusterIPs, ports } = service?.spec ?? {};
	const ofService = service && clusterIP === "None" ? podAddresses() : (clusterIPs ?? (clusterIP ? [clusterIP] : []));
	const ofType = ofService.filter((address) => address.includes(":") === (check.recordType === "AAAA"));
	return ofType.length > 0 ? ofType : [`the address of service ${name}`];

	function podAddresses(): string[] {
		return service ? readyEndpoints(service, ports?.[0]?.name ?? "", context.view.endpointSlices).map(({ address }) => address) : [];
	}
}

/** What is wrong with one lookup, in words; undefined where it is as the check asks. */
export function lookupProblem(check: CheckOf<"dns">, result: ProbeResult, wanted: readonly string[] | undefined): string | undefined {
	const { dns } = result;
	const empty = check.rcode === "NOERROR" && wanted === undefined && dns?.answers.length === 0;
	const right = dns?.rcode === check.rcode && (wanted === undefined || equalSets(dns.answers, wanted)) && !empty;
	if (result.outcome !== "answered" || !dns || !right) return outcomeInWords(result);
	// Rounded, so that equal troubles are counted together.
	if (check.latencyMs !== undefined && result.durationMs > check.latencyMs)
		return `${dns.rcode}, but only after ${(result.durationMs / 1000).toFixed(1)} s`;
	if (check.mostQueries !== undefined && dns.queries.length > check.mostQueries)
		return `${dns.rcode}, but only after ${dns.queries.length} queries`;
	return undefined;
}

/** What a check asks of each lookup, in words: `NOERROR 10.96.0.7 within 100 ms`. */
export function lookupInWords(check: CheckOf<"dns">, wanted: readonly string[] | undefined): string {
	const answer = wanted ? ` ${wanted.join(", ")}` : "";
	const latency = check.latencyMs === undefined ? "" : ` within ${check.latencyMs} ms`;
	const { mostQueries } = check;
	const queries = mostQueries === undefined ? "" : ` by ${mostQueries === 1 ? "one query" : `${mostQueries} queries or fewer`}`;
	return `${check.rcode}${answer}${latency}${queries}`;
}

function equalSets(a: readonly string[], b: readonly string[]): boolean {
	return JSON.stringify([...new Set(a)].sort()) === JSON.stringify([...new Set(b)].sort());
}
