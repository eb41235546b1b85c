import { type KubeConfig, type KubernetesObject, Watch } from "@kubernetes/client-node";
import type { Clock } from "../core/clock.ts";
import type { ClusterView } from "./cluster-view.ts";
import { readView, type ViewKind, viewKinds, viewPaths } from "./kube-reader.ts";

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
export async function watchView(options: { admin: KubeConfig; clock: Clock; signal: AbortSignal; onChange(): void }): Promise<WatchedView> {
	const { admin, clock, signal, onChange } = options;
	const first = await readView(admin, signal);
	const stores = Object.fromEntries(
		viewKinds.map((kind) => [kind, new Map((first[kind] as KubernetesObject[]).map((object) => [object.metadata?.uid ?? "", object]))]),
	) as Record<ViewKind, Map<string, KubernetesObject>>;
	for (const kind of viewKinds) void follow(kind);

	async function follow(kind: ViewKind): Promise<void> {
		const store = stores[kind];
		while (!signal.aborted) {
			await watchOnce(admin, viewPaths[kind], signal, (phase, object) => {
				const uid = object.metadata?.uid ?? "";
				// A watch begins by telling what exists: known already, and no news.
				const known = store.get(uid)?.metadata?.resourceVersion === object.metadata?.resourceVersion;
				if (phase === "DELETED") store.delete(uid);
				else if (phase === "ADDED" || phase === "MODIFIED") store.set(uid, object);
				if (phase === "DELETED" || (phase !== "BOOKMARK" && !known)) onChange();
			});
			await clock.sleep(reopenMs, signal).catch(() => {});
			await forget(kind);
		}
	}

	/** After a gap, drops what was deleted meanwhile. */
	async function forget(kind: ViewKind): Promise<void> {
		const now = await readView(admin, signal).catch(() => undefined);
		if (!now) return;
		const store = stores[kind];
		store.clear();
		for (const object of now[kind] as KubernetesObject[]) store.set(object.metadata?.uid ?? "", object);
		onChange();
	}

	return {
		current: () => ({
			nodes: first.nodes,
			...(Object.fromEntries(viewKinds.map((kind) => [kind, [...stores[kind].values()]])) as unknown as Omit<ClusterView, "nodes">),
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
