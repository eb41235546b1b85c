import type { Clock } from "../../core/clock.ts";
import { AppError } from "../../core/errors.ts";
import { namespacesOf } from "../../grading/evaluate.ts";
import type { LabEnvironment, StepContext } from "../../providers/provider.ts";
import type { ScenarioInstance } from "../../scenarios/instance.ts";
import { ensureCertificates } from "./certificates.ts";
import { explainPods } from "./explain-pods.ts";
import { withNamespaces } from "./with-namespaces.ts";

const commandMs = 60_000;
/** kind returns before the default ServiceAccount exists; it comes within seconds of the controller manager's start. */
const accountWithinMs = 60_000;
/** Images are on the node already; what is not up by then will not come. */
const availableWithinMs = 120_000;
const pollMs = 300;

/** Puts the healthy system on the cluster and waits until every Deployment and DaemonSet is available. */
export async function applyBaseline(
	environment: LabEnvironment,
	scenario: ScenarioInstance,
	context: StepContext,
	clock: Clock,
): Promise<void> {
	const { signal, onStep } = context;
	onStep("Waiting for the cluster to take workloads");
	for (const node of environment.nodes) await liftRejectLimit(environment, node, signal);
	for (const namespace of namespacesOf(scenario)) {
		await ensureNamespace(environment, namespace, signal);
		await waitForAccount(environment, namespace, signal, clock);
	}
	onStep("Starting the healthy system");
	await ensureCertificates(environment, scenario, signal);
	const manifests = Object.values(scenario.baseline).join("\n---\n");
	const objects = withNamespaces(manifests, scenario.namespace);
	await kubectl(environment, ["apply", "-f", "-"], signal, objects, "The baseline could not be applied");
	const workloads = scenario.baselineObjects
		.map(({ object }) => object)
		.filter(({ kind }) => kind === "Deployment" || kind === "DaemonSet");
	await Promise.all(
		workloads.map(async ({ kind, metadata: { name, namespace = scenario.namespace } }) => {
			const target = `${kind.toLowerCase()}/${name}`;
			const args = ["rollout", "status", target, "-n", namespace, `--timeout=${availableWithinMs / 1000}s`];
			const result = await environment.kubectl(args, { timeoutMs: availableWithinMs + 10_000, signal });
			if (result.exitCode === 0) return;
			throw new AppError("baseline-not-available", `${kind} ${name} is not available: ${await explainPods(environment, namespace, name)}`, {
				retryable: true,
				mend: "Reset the lab; if it stays so: npx faultline doctor",
			});
		}),
	);
}

/**
 * A node answers "refused" for a Service without endpoints by ICMP, and Linux sends one of these a second to each client:
 * every further request times out instead. Live checks would use that up, and a learner's own request would show another
 * symptom than the ticket's. Besides it there is one limit for all clients together; no kind of message is subject to either. Of 400
 * connections at once 389 were refused with the first limit lifted alone, all with both.
 */
async function liftRejectLimit(environment: LabEnvironment, node: string, signal: AbortSignal): Promise<void> {
	const result = await environment.nodeExec(node, ["sysctl", "-w", "net.ipv4.icmp_ratelimit=0", "net.ipv4.icmp_ratemask=0"], {
		timeoutMs: 20_000,
		signal,
	});
	if (result.exitCode === 0) return;
	throw new AppError("node-not-prepared", `Node ${node} could not be prepared: ${result.stderr.trim()}`, {
		retryable: true,
		mend: "Reset the lab.",
	});
}

async function ensureNamespace(environment: LabEnvironment, namespace: string, signal: AbortSignal): Promise<void> {
	const found = await environment.kubectl(["get", "namespace", namespace], { timeoutMs: commandMs, signal });
	if (found.exitCode !== 0)
		await kubectl(environment, ["create", "namespace", namespace], signal, undefined, `Namespace ${namespace} could not be made`);
}

async function waitForAccount(environment: LabEnvironment, namespace: string, signal: AbortSignal, clock: Clock): Promise<void> {
	const deadline = clock.now() + accountWithinMs;
	for (;;) {
		const result = await environment.kubectl(["get", "serviceaccount", "default", "-n", namespace], { timeoutMs: commandMs, signal });
		if (result.exitCode === 0) return;
		if (clock.now() > deadline) {
			throw new AppError(
				"no-default-account",
				`The cluster made no default ServiceAccount in ${namespace} within ${accountWithinMs / 1000} s.`,
				{
					retryable: true,
					mend: "Reset the lab.",
				},
			);
		}
		await clock.sleep(pollMs, signal);
	}
}

/** Runs kubectl as administrator; a failure is the platform's. */
export async function kubectl(
	environment: LabEnvironment,
	args: readonly string[],
	signal: AbortSignal,
	stdin: string | undefined,
	otherwise: string,
): Promise<string> {
	const result = await environment.kubectl(args, { timeoutMs: commandMs, signal, ...(stdin === undefined ? {} : { stdin }) });
	if (result.exitCode !== 0) {
		throw new AppError("scenario-step-failed", `${otherwise}: ${result.stderr.trim() || result.stdout.trim()}`, { mend: "Reset the lab." });
	}
	return result.stdout;
}
