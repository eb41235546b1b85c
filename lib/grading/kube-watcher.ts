import { type KubeConfig, type KubernetesObject, Watch } from "@kubernetes/client-node";
import type { Clock } from "../core/clock.ts";
import type { ClusterView } from "./cluster-view.ts";
import { emptyView } from "./cluster-view.ts";
import { readView } from "./kube-reader.ts";

/** What live checks follow; a change in any of these may turn an objective. */
const followed = {
	pods: "/api/v1/namespaces/{namespace}/pods",
	services: "/api/v1/namespaces/{namespace}/services",
	deployments: "/apis/apps/v1/namespaces/{namespace}/deployments",
	replicaSets: "/apis/apps/v1/namespaces/{namespace}/replicasets",
	endpointSlices: "/apis/discovery.k8s.io/v1/namespaces/{namespace}/endpointslices",
} as const;
type Followed = keyof typeof followed;

/** Before a watch that ended is opened again. */
const reopenMs = 500;

export interface WatchedView {
	/** The newest known state. */
	current(): ClusterView;
}

/**
 * Keeps a view up to date by watching, until the signal. Each watch begins with the objects that exist (no resource
 * version), so a reopened one repairs whatever was missed.
 * @param onChange called after each change
 */
export async function watchView(options: {
	admin: KubeConfig;
	namespaces: readonly string[];
	clock: Clock;
	signal: AbortSignal;
	onChange(): void;
}): Promise<WatchedView> {
	const { admin, namespaces, clock, signal, onChange } = options;
	const first = await readView(admin, namespaces, signal);
	const stores = new Map<string, Map<string, KubernetesObject>>();
	const storeOf = (kind: Followed, namespace: string) => {
		const key = `${kind}/${namespace}`;
		const store = stores.get(key) ?? new Map<string, KubernetesObject>();
		stores.set(key, store);
		return store;
	};
	for (const kind of Object.keys(followed) as Followed[]) {
		for (const object of first[kind]) storeOf(kind, object.metadata?.namespace ?? "").set(object.metadata?.uid ?? "", object);
		for (const namespace of namespaces) void follow(kind, namespace);
	}

	async function follow(kind: Followed, namespace: string): Promise<void> {
		const store = storeOf(kind, namespace);
		while (!signal.aborted) {
			await watchOnce(admin, followed[kind].replace("{namespace}", namespace), signal, (phase, object) => {
				const uid = object.metadata?.uid ?? "";
				if (phase === "DELETED") store.delete(uid);
				else if (phase === "ADDED" || phase === "MODIFIED") store.set(uid, object);
				if (phase !== "BOOKMARK") onChange();
			});
			await clock.sleep(reopenMs, signal).catch(() => {});
			await forget(kind, namespace, store);
		}
	}

	/** After a gap, drops what was deleted meanwhile. */
	async function forget(kind: Followed, namespace: string, store: Map<string, KubernetesObject>): Promise<void> {
		const now = await readView(admin, [namespace], signal).catch(() => undefined);
		if (!now) return;
		store.clear();
		for (const object of now[kind]) store.set(object.metadata?.uid ?? "", object);
		onChange();
	}

	const all = (kind: Followed) => namespaces.flatMap((namespace) => [...storeOf(kind, namespace).values()]);
	return {
		current: () => ({
			...emptyView,
			nodes: first.nodes,
			...(Object.fromEntries((Object.keys(followed) as Followed[]).map((kind) => [kind, all(kind)])) as unknown as Pick<
				ClusterView,
				Followed
			>),
		}),
	};
}

/** One watch, to its end; never rejects. */
async function watchOnce(
	admin: KubeConfig,
	path: string,
	signal: AbortSignal,
	onEvent: (phase: string, object: KubernetesObject) => void,
): Promise<void> {
	if (signal.aborted) return;
	await new Promise<void>((resolve) => {
		const opening = new Watch(admin).watch(path, { allowWatchBookmarks: true }, onEvent, () => resolve());
		opening.then((controller) => signal.addEventListener("abort", () => controller.abort(), { once: true })).catch(() => resolve());
	});
}
