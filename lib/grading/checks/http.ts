import type { ProbeResult } from "../../providers/provider.ts";
import type { CheckOf, WorkloadRef } from "../../scenarios/check-schema.ts";
import { genuinePods, type Workload } from "../cluster-view.ts";
import { outcomeInWords } from "../outcome-words.ts";
import { judgeDistribution } from "./distribution.ts";
import { certificateInWords, certificateProblem, type HttpRequest, probeOf, requestInWords } from "./http-request.ts";
import { type CheckContext, type CheckDialogue, failWithout, type Turn } from "./judgement.ts";
import { addressed, originsOf } from "./origins.ts";
import { provenanceOf } from "./provenance.ts";
import { judgeInSamples, type Questions, type Sample } from "./samples.ts";

/** GETs a URL; every sample must have the status, the text, the certificate, and come from the named workloads. */
export function* httpCheck(check: CheckOf<"http">, context: CheckContext): CheckDialogue {
	const questions = questionsOf(check, context, { backends: check.backends ?? [], straight: check.through === undefined });
	if ("verdict" in questions) return questions;
	if (check.distribution) return yield* judgeDistribution(check.distribution, context, questions);
	return yield* judgeInSamples(check, context, questions);
}

/** A request that enters where users enter; the backend behind the application must have seen it. */
export function* appCheck(check: CheckOf<"app">, context: CheckContext): CheckDialogue {
	const questions = questionsOf({ ...check, status: 200 }, context, { backends: [check.backend], straight: false });
	if ("verdict" in questions) return questions;
	return yield* judgeInSamples(check, context, questions);
}

interface Request extends HttpRequest {
	from: CheckOf<"http">["from"];
	status: number;
	contains?: string | undefined;
}

/** @param servers.straight whether the connection must end at a backend itself, nothing in between */
function questionsOf(check: Request, context: CheckContext, servers: { backends: readonly WorkloadRef[]; straight: boolean }) {
	const request = { ...check, url: addressed(check.url, context) };
	const asked = requestInWords(request);
	const workloads = servers.backends.map((backend) => context.workload(backend));
	const text = check.contains ? ` with "${check.contains}"` : "";
	const expected = `${check.status}${inWords(workloads)}${text}${certificateInWords(request)}`;
	const { vantages, from } = originsOf(check.from, context);
	if (vantages.length === 0)
		return failWithout(`${asked} could not be asked from ${from}: no such pod runs.`, expected, "no pod to ask from", from);

	function* ask(origins: Parameters<Questions["ask"]>[0]): Generator<Turn, Sample[], ProbeResult[]> {
		const nonces = origins.map(() => context.nonce());
		const results = yield origins.map((origin, index) => probeOf(request, origin, nonces[index] as string));
		const problems = results.map((result) => {
			return asExpected(result, check) ? certificateProblem(request, result, context.now) : outcomeInWords(result);
		});
		const answers = results.map((result, index) => ({ nonce: nonces[index] as string, result }));
		const answered = workloads.length > 0 ? answers.filter((_, index) => problems[index] === undefined) : [];
		const pods = workloads.flatMap((workload) => genuinePods(context.view, workload));
		const { straight } = servers;
		const proofs = yield* provenanceOf(answered, { pods, straight, timeoutMs: check.timeoutMs, context });
		const proofOf = new Map(answered.map(({ nonce }, index) => [nonce, proofs[index]]));
		return answers.map(({ nonce, result }, index): Sample => {
			const proof = proofOf.get(nonce);
			if (problems[index] !== undefined) return { result, observed: problems[index] };
			if (proof === undefined) return { result };
			if ("broken" in proof) return { result: proof.broken, observed: outcomeInWords(proof.broken) };
			if ("by" in proof) return { result, by: proof.by.metadata?.name };
			const stranger = `answered by something that is not ${workloads.map(({ name }) => name).join(" or ")}`;
			return { result, observed: `${check.status}, but ${proof.not || stranger}` };
		});
	}
	return { asked, expected, from, origins: vantages, fine: String(check.status), ask };
}

function asExpected(result: ProbeResult, { status, contains }: Request): boolean {
	return result.outcome === "answered" && result.http?.status === status && (contains === undefined || result.http.body.includes(contains));
}

function inWords(workloads: readonly Workload[]): string {
	return workloads.length > 0 ? ` from ${workloads.map(({ name }) => name).join(" or ")}` : "";
}
