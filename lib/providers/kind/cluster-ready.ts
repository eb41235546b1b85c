import { AppsV1Api, CoreV1Api, type KubeConfig } from "@kubernetes/client-node";
import type { Clock } from "../../core/clock.ts";
import { AppError } from "../../core/errors.ts";
import { waitUntil } from "./wait-until.ts";

// CoreDNS has been ready up to 30 s after kind's end on a quiet host; three nodes on two busy cores take longer.
const readyTimeoutMs = 4 * 60_000;

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
	const dns = waitUntil(
		async () => {
			const { metadata, status } = await apps.readNamespacedDeployment({ name: "coredns", namespace: "kube-system" });
			const current = (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0);
			const available = status?.availableReplicas ?? 0;
			const whole = current && available >= dnsReplicas && (status?.replicas ?? 0) === dnsReplicas;
			return whole ? undefined : `${available} of ${dnsReplicas} replicas`;
		},
		{ clock, signal, timeoutMs: readyTimeoutMs, what: "CoreDNS" },
	);
	await dns.catch(async (error) => {
		throw error instanceof AppError && error.code === "not-ready" ? await withWarning(core, error) : error;
	});
}

/** The error with the cluster's last warning about its own pods, which mostly says why. */
async function withWarning(core: CoreV1Api, error: AppError): Promise<AppError> {
	const { items } = await core
		.listNamespacedEvent({ namespace: "kube-system", fieldSelector: "type=Warning" })
		.catch(() => ({ items: [] }));
	const why = items.at(-1)?.message?.slice(0, 300);
	if (!why) return error;
	return new AppError(error.code, `${error.message}. ${why}`, { mend: error.mend, retryable: error.retryable, cause: error });
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
