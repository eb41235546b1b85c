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
		(origin): LabProbe => ({ kind: check.type, from: origin, host, port: check.port, timeoutMs: check.timeoutMs }),
	);
	const observed = results.map((result) => (reached(result) === check.expect ? undefined : outcomeInWords(result)));
	return judgeSamples({ results, observed, asked, expected: check.expect, fine: check.expect, from });
}

function reached(result: ProbeResult): "open" | "refused" | "timeout" | "other" {
	if (result.outcome === "answered") return "open";
	return result.outcome === "refused" || result.outcome === "timeout" ? result.outcome : "other";
}
