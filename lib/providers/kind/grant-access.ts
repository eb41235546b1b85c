import {
	ApiException,
	CoreV1Api,
	type KubeConfig,
	KubernetesObjectApi,
	PatchStrategy,
	RbacAuthorizationV1Api,
	type V1Pod,
} from "@kubernetes/client-node";
import type { Clock } from "../../core/clock.ts";
import type { LearnerAccess } from "../provider.ts";
import type { Manifest } from "./admission-policy.ts";
import { waitForDefaultAccounts } from "./cluster-ready.ts";
import { holdPolicies } from "./learner-hold.ts";
import { learnerPolicies, podPolicyName } from "./learner-policy.ts";
import { dnsBinding, learnerRbac } from "./learner-rbac.ts";
import { readinessPolicies } from "./node-readiness.ts";
import { waitUntil } from "./wait-until.ts";

interface GrantOptions {
	admin: KubeConfig;
	access: LearnerAccess;
	clock: Clock;
	signal: AbortSignal;
}

/**
 * Gives the learner the scenario's rights and closes the way to the node.
 */
export async function grantAccess({ admin, access, clock, signal }: GrantOptions): Promise<void> {
	const core = admin.makeApiClient(CoreV1Api);
	await waitUntil(() => removeJoinTokens(core), { clock, signal, timeoutMs: 60_000, what: "The removal of join tokens" });
	await apply(admin, [...learnerPolicies(access), ...holdPolicies(), ...readinessPolicies(), ...learnerRbac(access)], signal);
	if (!access.clusterDns) await takeBack(admin);
	const namespaces = ["default", ...access.namespaces.filter((name) => name !== "default")];
	await waitForDefaultAccounts({ admin, clock, signal }, namespaces);
	await waitForPolicy({ admin, clock, signal });
}

/** Tells a cluster, all of whose nodes are ready, that they stay so. */
export async function keepNodesReady(admin: KubeConfig): Promise<void> {
	await apply(admin, readinessPolicies());
}

async function apply(admin: KubeConfig, manifests: readonly Manifest[], signal?: AbortSignal): Promise<void> {
	const api = KubernetesObjectApi.makeApiClient(admin);
	for (const manifest of manifests) {
		signal?.throwIfAborted();
		await api.patch(manifest, undefined, undefined, "faultline", true, PatchStrategy.ServerSideApply);
	}
}

/** Returns when the policy has refused a pod: the API server takes a new policy up about a second after it is made. */
export async function waitForPolicy({ admin, clock, signal }: Omit<GrantOptions, "access">): Promise<void> {
	const core = admin.makeApiClient(CoreV1Api);
	await waitUntil(() => provePolicy(core), { clock, signal, timeoutMs: 60_000, what: "The lab's admission policy" });
}

/** Ends what an earlier grant allowed in kube-system. */
async function takeBack(admin: KubeConfig): Promise<void> {
	const binding = { name: dnsBinding, namespace: "kube-system" };
	const removed = admin.makeApiClient(RbacAuthorizationV1Api).deleteNamespacedRoleBinding(binding);
	await removed.catch((error) => {
		if (!(error instanceof ApiException && error.code === 404)) throw error;
	});
}

/**
 * Removes the tokens with which nodes joined: kind gives every cluster the same one, and whoever holds it gets a node's
 * certificate. All nodes have joined by now.
 */
async function removeJoinTokens(core: CoreV1Api): Promise<undefined> {
	const namespace = "kube-system";
	await core.deleteCollectionNamespacedSecret({ namespace, fieldSelector: "type=bootstrap.kubernetes.io/token" });
}

const privilegedPod: V1Pod = {
	metadata: { generateName: "faultline-probe-" },
	spec: { containers: [{ name: "probe", image: "none", securityContext: { privileged: true } }] },
};

/** Undefined where a privileged pod is refused by our policy; nothing is made. */
async function provePolicy(core: CoreV1Api): Promise<string | undefined> {
	try {
		await core.createNamespacedPod({ namespace: "default", body: privilegedPod, dryRun: "All" });
		return "a privileged pod is still let in";
	} catch (error) {
		const said = error instanceof ApiException ? String(error.body?.message ?? error.body) : String(error);
		return said.includes(podPolicyName) ? undefined : said;
	}
}
