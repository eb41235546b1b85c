import type { LabProbe, ProbeResult } from "../../providers/provider.ts";
import type { CheckOf } from "../../scenarios/check-schema.ts";
import { outcomeInWords } from "../outcome-words.ts";
import { type CheckContext, type CheckDialogue, failWithout, judgeSamples } from "./judgement.ts";
import { addressed, inTurn, originsOf } from "./origins.ts";

/** Whether a port is open, refused or silent over TCP or UDP. */
export function* reachCheck(check: CheckOf<"tcp"> | CheckOf<"udp">, context: CheckContext): CheckDialogue {
	const host = addressed(check.host, context);
	const asked = `${check.type.toUpperCase()} ${host}:${check.port}`;
	const { vantages, from } = originsOf(check.from, context);
	if (vantages.length === 0)
		return failWithout(`${asked} could not be asked from ${from}: no such pod runs.`, check.expect, "no pod to ask from", from);
	const origins = inTurn(vantages, Math.min(check.samples, context.maxSamples));
	const results = yield origins.map(
		(origin): LabProbe => ({
			kind: check.type,
			from: origin,
			host,
			port: check.port,
			timeoutMs: check.timeoutMs,
			...(check.type === "udp" ? datagramFor(check.port) : {}),
		}),
	);
	const observed = results.map((result) => (reached(result) === check.expect ? undefined : outcomeInWords(result)));
	return judgeSamples({ results, observed, asked, expected: check.expect, fine: check.expect, from });
}

function reached(result: ProbeResult): "open" | "refused" | "timeout" | "other" {
	if (result.outcome === "answered") return "open";
	return result.outcome === "refused" || result.outcome === "timeout" ? result.outcome : "other";
}

// A query of one A record, recursion desired: header (id 0x464c, flags 0x0100, one question), name, type and class. All
// bytes are below 0x80, so that the text is the datagram.
const dnsQuery = `FL\u0001\u0000\u0000\u0001${"\u0000".repeat(6)}${labels("kubernetes.default.svc.cluster.local")}\u0000\u0001\u0000\u0001`;

function labels(name: string): string {
	return `${name
		.split(".")
		.map((label) => String.fromCharCode(label.length) + label)
		.join("")}\u0000`;
}

/** UDP shows nothing unless the peer speaks: an echo answers anything, a DNS server only a question. */
export function datagramFor(port: number): { payload?: string } {
	return port === 53 ? { payload: dnsQuery } : {};
}
