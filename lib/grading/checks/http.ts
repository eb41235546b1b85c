import type { LabProbe, ProbeResult } from "../../providers/provider.ts";
import type { CheckOf, WorkloadRef } from "../../scenarios/check-schema.ts";
import { genuinePods, type Workload } from "../cluster-view.ts";
import { outcomeInWords } from "../outcome-words.ts";
import { type CheckContext, type CheckDialogue, failWithout, judgeSamples } from "./judgement.ts";
import { addressed, inTurn, originsOf } from "./origins.ts";
import { nonceHeader, witnesses, witnessProbes } from "./witness.ts";

/** GETs a URL; every sample must have the status, the text, and come from the named workloads. */
export function* httpCheck(check: CheckOf<"http">, context: CheckContext): CheckDialogue {
	return yield* ask(check, context, check.backends ?? []);
}

/** A request that enters where users enter; the backend behind the application must have seen it. */
export function* appCheck(check: CheckOf<"app">, context: CheckContext): CheckDialogue {
	return yield* ask({ ...check, status: 200 }, context, [check.backend]);
}

interface Request {
	from: CheckOf<"http">["from"];
	url: string;
	host?: string | undefined;
	status: number;
	contains?: string | undefined;
	samples: number;
	timeoutMs: number;
}

function* ask(check: Request, context: CheckContext, backends: readonly WorkloadRef[]): CheckDialogue {
	const url = addressed(check.url, context);
	const workloads = backends.map((backend) => context.workload(backend));
	const expected = `${check.status}${inWords(workloads)}${check.contains ? ` with "${check.contains}"` : ""}`;
	const { vantages, from } = originsOf(check.from, context);
	if (vantages.length === 0)
		return failWithout(`GET ${url} could not be asked from ${from}: no such pod runs.`, expected, "no pod to ask from", from);

	const origins = inTurn(vantages, Math.min(check.samples, context.maxSamples));
	const nonces = origins.map(() => context.nonce());
	const headers = (nonce: string): Record<string, string> => ({ [nonceHeader]: nonce, ...(check.host ? { Host: check.host } : {}) });
	const probes = origins.map((origin, index): LabProbe => {
		return { kind: "http", from: origin, url, headers: headers(nonces[index] as string), timeoutMs: check.timeoutMs };
	});
	const results = yield probes;

	const answered = nonces.filter((_, index) => asExpected(results[index], check));
	const pods = workloads.flatMap((workload) => genuinePods(context.view, workload));
	const asking = answered.length > 0 && pods.length > 0;
	const found = asking ? witnesses(pods, answered, yield witnessProbes(pods, answered, check.timeoutMs)) : answered.map(() => undefined);
	const served = new Map(answered.map((nonce, index) => [nonce, found[index]]));

	const observed = results.map((result, index) => {
		if (!asExpected(result, check)) return outcomeInWords(result);
		if (workloads.length === 0 || served.get(nonces[index] as string)) return undefined;
		return `${check.status}, but answered by something that is not ${workloads.map(({ name }) => name).join(" or ")}`;
	});
	const servers = [...new Set([...served.values()].filter((pod) => pod !== undefined))].sort();
	const fine = servers.length > 0 ? `${check.status} from ${servers.join(", ")}` : String(check.status);
	return judgeSamples({ results, observed, asked: `GET ${url}`, expected, fine, from });
}

function asExpected(result: ProbeResult | undefined, check: Request): boolean {
	return result?.http?.status === check.status && (check.contains === undefined || result.http.body.includes(check.contains));
}

function inWords(workloads: readonly Workload[]): string {
	return workloads.length > 0 ? ` from ${workloads.map(({ name }) => name).join(" or ")}` : "";
}
