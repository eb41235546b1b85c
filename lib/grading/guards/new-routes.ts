import { z } from "zod";
import type { Clock } from "../../core/clock.ts";
import { AppError } from "../../core/errors.ts";
import { newId } from "../../core/ids.ts";
import type { LabEnvironment, LabProbe } from "../../providers/provider.ts";
import type { GuardRuleOf } from "../../scenarios/guard-schema.ts";
import { nonceHeader, witnesses, witnessProbes } from "../checks/witness.ts";
import { type ClusterView, genuinePods, type Workload } from "../cluster-view.ts";
import { outcomeInWords } from "../outcome-words.ts";
import { type Finding, finding } from "./finding.ts";
import { type HttpRoute, httpRoute, type NewRouteHost, type RouteCopy, routeCopies } from "./route-copies.ts";

/** Traefik takes new objects up within 2 s, its throttle; others write and load files of settings. */
const servedWithinMs = 20_000;
const pollMs = 400;
const probeMs = 2000;
const commandMs = 20_000;

export interface NewRoutesOptions {
	rule: GuardRuleOf<"new-routes">;
	view: ClusterView;
	/** The scenario's own namespace. */
	namespace: string;
	workload(reference: { deployment: string; namespace?: string }): Workload;
	environment: Pick<LabEnvironment, "kubectl" | "probe">;
	clock: Clock;
	signal: AbortSignal;
}

/**
 * Adds a route of Faultline's own beside each host's, asks it, and removes it: what serves the host must take it up, as
 * whoever implements the class does. It writes to the cluster, so it belongs to the decisive check alone.
 * @throws AppError `grade-command-failed` where the cluster can't be read, or an added route not be removed
 */
export async function newRoutes(options: NewRoutesOptions): Promise<Finding> {
	const { rule, view, environment, signal } = options;
	const httpRoutes = await readHttpRoutes(environment, signal);
	const findings = await Promise.all(
		rule.hosts.map(async (one) => {
			const host = { ...one, namespace: one.namespace ?? options.namespace };
			const copies = routeCopies(host, { ingresses: view.ingresses, httpRoutes }, newId());
			if (copies.length === 0) return { host, problem: `no Ingress and no HTTPRoute of namespace ${host.namespace} is for ${host.host}` };
			return { host, problem: await tryOut(host, copies, options) };
		}),
	);
	const broken = findings.map(({ problem }) => problem).filter((problem) => problem !== undefined);
	return finding(broken, `a new route beside that of ${findings.map(({ host }) => host.host).join(" and of ")} was served as well`);
}

/** Undefined where one of the copies is served. */
async function tryOut(host: NewRouteHost, copies: readonly RouteCopy[], options: NewRoutesOptions): Promise<string | undefined> {
	const { environment, clock, signal } = options;
	const made: RouteCopy[] = [];
	const refused: string[] = [];
	try {
		for (const copy of copies) {
			const stdin = JSON.stringify(copy.manifest);
			const result = await environment.kubectl(["create", "-f", "-"], { timeoutMs: commandMs, signal, stdin });
			if (result.exitCode === 0) made.push(copy);
			else refused.push(`a new ${copy.inWords} for ${host.host} is refused: ${result.stderr.trim()}`);
		}
		if (made.length === 0) return refused.join("; ");
		const deadline = clock.now() + servedWithinMs;
		for (;;) {
			const seen = await askAll(host, made, options);
			if (seen.includes(true)) return undefined;
			if (clock.now() >= deadline) return notServed(host, made, seen as string[]);
			await clock.sleep(pollMs, signal);
		}
	} finally {
		await Promise.all(made.map((copy) => remove(copy, host.namespace, environment)));
	}
}

function notServed(host: NewRouteHost, made: readonly RouteCopy[], seen: readonly string[]): string {
	const what = made.map((copy, index) => `a new ${copy.inWords}: ${seen[index]}`).join("; ");
	return `what answers for ${host.host} takes up no new route within ${servedWithinMs / 1000} s (${what})`;
}

/** For each copy: true where its backend saw the request, else what was seen instead. */
async function askAll(host: NewRouteHost, copies: readonly RouteCopy[], options: NewRoutesOptions): Promise<(true | string)[]> {
	const { rule, view, environment, signal } = options;
	const from: LabProbe["from"] = rule.from === "edge" ? { edge: true } : { workstation: true };
	const nonces = copies.map(() => newId());
	const base = rule.url.replaceAll("{node}", view.nodes[0]?.address ?? "{node}").replace(/\/$/, "");
	const probes = copies.map(
		({ path }, index): LabProbe => ({
			kind: "http",
			from,
			url: `${base}${path}`,
			headers: { Host: host.host, [nonceHeader]: nonces[index] as string },
			timeoutMs: probeMs,
		}),
	);
	const results = await environment.probe(probes, signal);
	const pods = genuinePods(view, options.workload({ ...host.backend, namespace: host.backend.namespace ?? host.namespace }));
	const said = pods.length > 0 ? await environment.probe(witnessProbes(pods, nonces, probeMs), signal) : [];
	const served = witnesses(pods, nonces, said);
	return results.map((result, index) => {
		const pod = served[index];
		// Passed on to everybody is not passed on to the right one: the answer must be that pod's too.
		return pod && answeredBy(result.http?.body) === pod ? true : outcomeInWords(result);
	});
}

/** The pod that an answer of the application says it is from. */
function answeredBy(body: string | undefined): string | undefined {
	try {
		return z.object({ pod: z.string() }).parse(JSON.parse(body ?? "")).pod;
	} catch {
		return undefined;
	}
}

async function readHttpRoutes(environment: NewRoutesOptions["environment"], signal: AbortSignal): Promise<HttpRoute[]> {
	const args = ["get", "httproutes.gateway.networking.k8s.io", "--all-namespaces", "--output", "json"];
	const result = await environment.kubectl(args, { timeoutMs: commandMs, signal });
	if (result.exitCode === 0) return z.object({ items: z.array(httpRoute) }).parse(JSON.parse(result.stdout)).items;
	// A cluster without the Gateway API has no routes of it.
	if (/doesn't have a resource type|could not find the requested resource/.test(result.stderr)) return [];
	throw new AppError("grade-command-failed", `HTTPRoutes could not be read: ${result.stderr.trim()}`, { retryable: true });
}

/** Not ended by the check's signal: what was added must go, whatever became of the check. */
async function remove({ target }: RouteCopy, namespace: string, environment: NewRoutesOptions["environment"]): Promise<void> {
	const result = await environment.kubectl(["delete", target, "-n", namespace, "--ignore-not-found", "--wait=false"], {
		timeoutMs: commandMs,
	});
	if (result.exitCode === 0) return;
	throw new AppError("grade-command-failed", `${target} could not be removed: ${result.stderr.trim()}`, { retryable: true });
}
