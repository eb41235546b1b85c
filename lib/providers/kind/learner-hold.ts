import { ApiException, CoreV1Api, type KubeConfig, type KubernetesObject } from "@kubernetes/client-node";
import type { Clock } from "../../core/clock.ts";
import { learnerGroup } from "./learner-rbac.ts";
import { waitUntil } from "./wait-until.ts";

/**
 * While a ConfigMap of this name exists, the API server takes no change from the learner. An object that a policy takes
 * as its parameter is watched and acts within milliseconds; a policy made on the spot needs a second or more.
 */
export const holdName = "faultline-hold";
/** Readable by everybody, writable by no learner. */
const holdNamespace = "kube-public";
/** Its dry-run creation is refused while the hold is on, for the administrator too: that is how we know. */
const probeName = "faultline-hold-probe";
/** An informer's delay, on a busy host. */
const takesEffectMs = 10_000;
const stepMs = 50;

// Controllers and pods go on: a repair that rests on them lasts. Tokens that were made by hand are the learner's own way
// in, as is the certificate; a pod's own token names its pod. Reviews (`kubectl auth can-i`) and port-forwards change
// nothing.
const isLearner = `'${learnerGroup}' in request.userInfo.?groups.orValue([])`;
const isLooseToken = [
	"request.userInfo.username.startsWith('system:serviceaccount:')",
	"!request.userInfo.username.startsWith('system:serviceaccount:kube-system:')",
	"!('authentication.kubernetes.io/pod-name' in request.userInfo.?extra.orValue({}))",
].join(" && ");

type Manifest = KubernetesObject & Record<string, unknown>;

/** The policy that holds learners' changes, and its binding to the switch. */
export function holdPolicies(): Manifest[] {
	const apiVersion = "admissionregistration.k8s.io/v1";
	return [
		{
			apiVersion,
			kind: "ValidatingAdmissionPolicy",
			metadata: { name: holdName },
			spec: {
				failurePolicy: "Fail",
				paramKind: { apiVersion: "v1", kind: "ConfigMap" },
				matchConstraints: { resourceRules: [{ apiGroups: ["*"], apiVersions: ["*"], operations: ["*"], resources: ["*/*"] }] },
				matchConditions: [
					{ name: "learners", expression: `${isLearner} || (${isLooseToken}) || request.name == '${probeName}'` },
					{ name: "changes", expression: "!(request.resource.group in ['authorization.k8s.io', 'authentication.k8s.io'])" },
					{ name: "not-port-forward", expression: "request.?subResource.orValue('') != 'portforward'" },
				],
				validations: [
					{
						expression: "false",
						message: "a check of this lab is running: your changes are taken again as soon as it is over",
						reason: "Forbidden",
					},
				],
			},
		},
		{
			apiVersion,
			kind: "ValidatingAdmissionPolicyBinding",
			metadata: { name: holdName },
			spec: {
				policyName: holdName,
				validationActions: ["Deny"],
				paramRef: { name: holdName, namespace: holdNamespace, parameterNotFoundAction: "Allow" },
			},
		},
	];
}

interface HoldOptions {
	admin: KubeConfig;
	clock: Clock;
	signal: AbortSignal;
}

/** Turns the hold on or off, and returns when the API server acts so. @throws AppError `not-ready` */
export async function setHold(on: boolean, { admin, clock, signal }: HoldOptions): Promise<void> {
	const core = admin.makeApiClient(CoreV1Api);
	const metadata = { name: holdName, namespace: holdNamespace };
	const turn = async () => {
		if (on) await unless(409, core.createNamespacedConfigMap({ namespace: holdNamespace, body: { metadata } }));
		else await unless(404, core.deleteNamespacedConfigMap(metadata));
		return undefined;
	};
	const options = { clock, signal, stepMs, timeoutMs: takesEffectMs };
	await waitUntil(turn, { ...options, what: "The API server" });
	const settled = async () => ((await isHeld(core)) === on ? undefined : `changes are ${on ? "still taken" : "not taken yet"}`);
	await waitUntil(settled, { ...options, what: "The hold on the learner's changes" });
}

async function isHeld(core: CoreV1Api): Promise<boolean> {
	try {
		await core.createNamespacedConfigMap({ namespace: holdNamespace, body: { metadata: { name: probeName } }, dryRun: "All" });
		return false;
	} catch (error) {
		if (error instanceof ApiException && String(error.body?.message ?? error.body).includes(holdName)) return true;
		throw error;
	}
}

async function unless(code: number, call: Promise<unknown>): Promise<void> {
	try {
		await call;
	} catch (error) {
		if (!(error instanceof ApiException && error.code === code)) throw error;
	}
}
