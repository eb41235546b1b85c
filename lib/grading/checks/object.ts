import type { CheckOf } from "../../scenarios/check-schema.ts";
import { fieldProblems } from "../object-field.ts";
import type { CheckContext, CheckDialogue } from "./judgement.ts";

/** A field of an object, for what no traffic can tell. Sends nothing. */
// biome-ignore lint/correctness/useYield: a dialogue like the others, with nothing to ask
export function* objectCheck(check: CheckOf<"object">, context: CheckContext): CheckDialogue {
	const { problems, seen } = fieldProblems(check, context.view, context.namespace);
	const expected = [
		...(check.equals === undefined ? [] : [JSON.stringify(check.equals)]),
		...(check.atLeast === undefined ? [] : [`${check.atLeast} or more`]),
		...(check.absent ? ["not set"] : []),
	].join(", ");
	const message = problems.length > 0 ? `${problems.join("; ")}.` : `${check.target}: ${check.path} is ${seen}.`;
	const evidence = { expected, observed: seen, from: "the cluster", samples: 0, strip: [] };
	return { verdict: problems.length > 0 ? "fail" : "pass", message, evidence: [evidence] };
}
