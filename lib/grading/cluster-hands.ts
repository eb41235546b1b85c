import {
	ApiException,
	CoreV1Api,
	type KubeConfig,
	type KubernetesObject,
	KubernetesObjectApi,
	PatchStrategy,
} from "@kubernetes/client-node";
import type { Clock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import { within } from "./kube-reader.ts";
import { rolloutAnnotation } from "./meanwhile.ts";
import type { RollableKind, Served } from "./served.ts";

/** How an act came out. What was gone already is done. */
export interface Deed {
	/** Why the cluster refused, in its words: what the learner has left there forbids it. */
	refused?: string;
	/** Of the controller, with the change. */
	generation?: number;
}

/** What a decisive check does to a cluster. @throws AppError `cluster-unreadable` where the API server does not answer */
export interface ClusterHands {
	/** Gives its processes a second to end, as a failing node would at best. */
	deletePod(pod: { name: string; namespace: string }): Promise<Deed>;
	/** As `kubectl rollout restart`. */
	rollOut(served: Served & { kind: RollableKind }): Promise<Deed>;
}

export function clusterHands({ admin, clock, signal }: { admin: KubeConfig; clock: Clock; signal: AbortSignal }): ClusterHands {
	const core = admin.makeApiClient(CoreV1Api);
	const objects = KubernetesObjectApi.makeApiClient(admin);
	return {
		deletePod: (pod) => deed(within(core.deleteNamespacedPod({ ...pod, gracePeriodSeconds: 1 }), signal)),
		rollOut({ kind, namespace, name }) {
			const annotations = { [rolloutAnnotation]: new Date(clock.now()).toISOString() };
			const patch = { apiVersion: "apps/v1", kind, metadata: { name, namespace }, spec: { template: { metadata: { annotations } } } };
			const patching = objects.patch(patch as KubernetesObject, undefined, undefined, undefined, undefined, PatchStrategy.MergePatch);
			return deed(within(patching, signal));
		},
	};
}

async function deed(act: Promise<KubernetesObject>): Promise<Deed> {
	try {
		const generation = (await act).metadata?.generation;
		return generation === undefined ? {} : { generation };
	} catch (error) {
		const cause = error instanceof AppError ? error.cause : error;
		if (!(cause instanceof ApiException)) throw error;
		const said = saidBy(cause);
		if (cause.code === 404) return {};
		// A webhook that does not answer makes the API server's own error of it.
		if ((cause.code >= 400 && cause.code < 500 && cause.code !== 429) || /webhook/i.test(said)) return { refused: said };
		throw error;
	}
}

function saidBy(error: ApiException<unknown>): string {
	const body: unknown = typeof error.body === "string" ? parsed(error.body) : error.body;
	const message = (body as { message?: unknown } | undefined)?.message;
	return typeof message === "string" ? message : `the API server answered ${error.code}`;
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
