import type { LabProbe, ProbeResult } from "../../providers/provider.ts";
import type { CheckOf, Sampling, WorkloadRef } from "../../scenarios/check-schema.ts";
import { genuinePods, type Workload } from "../cluster-view.ts";
import { outcomeInWords } from "../outcome-words.ts";
import { type CheckContext, type CheckDialogue, failWithout } from "./judgement.ts";
import { addressed, originsOf } from "./origins.ts";
import { judgeInSamples } from "./samples.ts";
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
	sampling?: Sampling | undefined;
	timeoutMs: number;
}

function* ask(check: Request, context: CheckContext, backends: readonly WorkloadRef[]): CheckDialogue {
	const url = addressed(check.url, context);
	const asked = `GET ${url}`;
	const workloads = backends.map((backend) => context.workload(backend));
	const expected = `${check.status}${inWords(workloads)}${check.contains ? ` with "${check.contains}"` : ""}`;
	const { vantages, from } = originsOf(check.from, context);
	if (vantages.length === 0)
		return failWithout(`${asked} could not be asked from ${from}: no such pod runs.`, expected, "no pod to ask from", from);
	const headers = (nonce: string): Record<string, string> => ({ [nonceHeader]: nonce, ...(check.host ? { Host: check.host } : {}) });

	return yield* judgeInSamples(check, context, {
		...{ asked, expected, from, origins: vantages, fine: String(check.status) },
		*ask(origins) {
			const nonces = origins.map(() => context.nonce());
			const results = yield origins.map((origin, index): LabProbe => {
				return { kind: "http", from: origin, url, headers: headers(nonces[index] as string), timeoutMs: check.timeoutMs };
			});
			const answered = nonces.filter((_, index) => asExpected(results[index], check));
			const pods = workloads.flatMap((workload) => genuinePods(context.view, workload));
			const asking = answered.length > 0 && pods.length > 0;
			const found = asking
				? witnesses(pods, answered, yield witnessProbes(pods, answered, check.timeoutMs))
				: answered.map(() => undefined);
			const served = new Map(answered.map((nonce, index) => [nonce, found[index]]));
			return results.map((result, index) => {
				if (!asExpected(result, check)) return { result, observed: outcomeInWords(result) };
				const by = served.get(nonces[index] as string);
				if (workloads.length === 0 || by) return { result, by };
				return {
					result,
					observed: `${check.status}, but answered by something that is not ${workloads.map(({ name }) => name).join(" or ")}`,
				};
			});
		},
	});
}

function asExpected(result: ProbeResult | undefined, check: Request): boolean {
	return result?.http?.status === check.status && (check.contains === undefined || result.http.body.includes(check.contains));
}

function inWords(workloads: readonly Workload[]): string {
	return workloads.length > 0 ? ` from ${workloads.map(({ name }) => name).join(" or ")}` : "";
}
