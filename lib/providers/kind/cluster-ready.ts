import { AppsV1Api, CoreV1Api, type KubeConfig } from "@kubernetes/client-node";
import type { Clock } from "../../core/clock.ts";
import { AppError } from "../../core/errors.ts";

interface WaitOptions {
	clock: Clock;
	signal: AbortSignal;
	timeoutMs: number;
	/** What is waited for, in words: `CoreDNS`. */
	what: string;
}

// CoreDNS has been ready up to 30 s after kind's end on a quiet host; three nodes on two busy cores take longer.
const readyTimeoutMs = 4 * 60_000;

/**
 * Asks again until the answer is yes; errors of the API count as no.
 * @param ask returns what is still missing, or undefined
 * @throws AppError `not-ready` with what was missing last
 */
export async function waitUntil(ask: () => Promise<string | undefined>, options: WaitOptions): Promise<void> {
	const deadline = options.clock.now() + options.timeoutMs;
	let missing: string | undefined = "nothing was asked";
	for (;;) {
		options.signal.throwIfAborted();
		try {
			missing = await ask();
			if (missing === undefined) return;
		} catch (error) {
			missing = error instanceof Error ? error.message.split("\n")[0] : String(error);
		}
		if (options.clock.now() >= deadline) {
			throw new AppError("not-ready", `${options.what} was not ready after ${options.timeoutMs / 1000} s: ${missing}`, {
				mend: "npx faultline doctor",
				retryable: true,
			});
		}
		await options.clock.sleep(250, options.signal);
	}
}

interface ReadyOptions {
	admin: KubeConfig;
	clock: Clock;
	signal: AbortSignal;
	dnsReplicas: number;
	nodes: readonly string[];
}

/** Gives CoreDNS the number of replicas that the scenario asks for: kubeadm starts two. */
export async function scaleDns({ admin, clock, signal, dnsReplicas }: ReadyOptions): Promise<void> {
	const apps = admin.makeApiClient(AppsV1Api);
	const coredns = { name: "coredns", namespace: "kube-system" };
	await waitUntil(
		async () => {
			const scale = await apps.readNamespacedDeploymentScale(coredns);
			if (scale.spec?.replicas !== dnsReplicas) {
				await apps.replaceNamespacedDeploymentScale({ ...coredns, body: { ...scale, spec: { replicas: dnsReplicas } } });
			}
			return undefined;
		},
		{ clock, signal, timeoutMs: readyTimeoutMs, what: "The API server" },
	);
}

/** Waits until nodes are Ready and CoreDNS answers with all its replicas. */
export async function waitForCluster({ admin, clock, signal, dnsReplicas, nodes }: ReadyOptions): Promise<void> {
	const core = admin.makeApiClient(CoreV1Api);
	const apps = admin.makeApiClient(AppsV1Api);
	await waitUntil(
		async () => {
			const { items } = await core.listNode();
			const ready = items.filter((node) => node.status?.conditions?.some((one) => one.type === "Ready" && one.status === "True"));
			const missing = nodes.filter((name) => !ready.some((node) => node.metadata?.name === name));
			return missing.length > 0 ? `${missing.join(", ")} not Ready` : undefined;
		},
		{ clock, signal, timeoutMs: readyTimeoutMs, what: "A node" },
	);
	await waitUntil(
		async () => {
			const { metadata, status } = await apps.readNamespacedDeployment({ name: "coredns", namespace: "kube-system" });
			const current = (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0);
			const available = status?.availableReplicas ?? 0;
			const whole = current && available >= dnsReplicas && (status?.replicas ?? 0) === dnsReplicas;
			return whole ? undefined : `${available} of ${dnsReplicas} replicas`;
		},
		{ clock, signal, timeoutMs: readyTimeoutMs, what: "CoreDNS" },
	);
}

/** Waits until pods can be made in the namespaces: `kind create` and a new namespace come before the account. */
export async function waitForDefaultAccounts(
	options: Omit<ReadyOptions, "dnsReplicas" | "nodes">,
	namespaces: readonly string[],
): Promise<void> {
	const core = options.admin.makeApiClient(CoreV1Api);
	for (const namespace of namespaces) {
		await waitUntil(() => core.readNamespacedServiceAccount({ name: "default", namespace }).then(() => undefined), {
			...options,
			timeoutMs: readyTimeoutMs,
			what: `The default account of ${namespace}`,
		});
	}
}
