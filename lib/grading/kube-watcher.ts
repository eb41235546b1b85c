import { type KubeConfig, type KubernetesObject, Watch } from "@kubernetes/client-node";
import type { Clock } from "../core/clock.ts";
import type { ClusterView } from "./cluster-view.ts";
import { readLists, type ViewKind, viewKinds, viewPaths } from "./kube-reader.ts";

/** Before a watch that ended is opened again. */
const reopenMs = 500;

export interface WatchedView {
	/** The newest known state. */
	current(): ClusterView;
}

/**
 * Keeps a view up to date by watching, until the signal. Each watch begins at the version of the list before it: what is
 * deleted between the two is told too, which a watch from now would never mention.
 * @param onChange called after each change
 */
export async function watchView(options: { admin: KubeConfig; clock: Clock; signal: AbortSignal; onChange(): void }): Promise<WatchedView> {
	const { admin, clock, signal, onChange } = options;
	const { view: first, versions } = await readLists(admin, signal);
	const stores = Object.fromEntries(
		viewKinds.map((kind) => [kind, new Map((first[kind] as KubernetesObject[]).map((object) => [object.metadata?.uid ?? "", object]))]),
	) as Record<ViewKind, Map<string, KubernetesObject>>;
	for (const kind of viewKinds) void follow(kind);

	async function follow(kind: ViewKind): Promise<void> {
		const store = stores[kind];
		let version = versions[kind];
		while (!signal.aborted) {
			await watchOnce({ admin, path: viewPaths[kind], version, signal }, (phase, object) => {
				const uid = object.metadata?.uid ?? "";
				// A watch from no version begins by telling what exists: known already, and no news.
				const known = store.get(uid)?.metadata?.resourceVersion === object.metadata?.resourceVersion;
				if (phase === "DELETED") store.delete(uid);
				else if (phase === "ADDED" || phase === "MODIFIED") store.set(uid, object);
				if (phase === "DELETED" || (phase !== "BOOKMARK" && !known)) onChange();
			});
			await clock.sleep(reopenMs, signal).catch(() => {});
			if (!signal.aborted) version = await readAnew(kind);
		}
	}

	/** After a gap, drops what was deleted meanwhile. @returns from where to watch; undefined where the cluster does not answer */
	async function readAnew(kind: ViewKind): Promise<string | undefined> {
		const now = await readLists(admin, signal).catch(() => undefined);
		if (!now) return undefined;
		const store = stores[kind];
		store.clear();
		for (const object of now.view[kind] as KubernetesObject[]) store.set(object.metadata?.uid ?? "", object);
		onChange();
		return now.versions[kind];
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
	from: { admin: KubeConfig; path: string; version: string | undefined; signal: AbortSignal },
	onEvent: (phase: string, object: KubernetesObject) => void,
): Promise<void> {
	const { admin, path, version, signal } = from;
	if (signal.aborted) return;
	await new Promise<void>((resolve) => {
		const opening = new Watch(admin).watch(path, { allowWatchBookmarks: true, resourceVersion: version }, onEvent, () => resolve());
		opening.then((controller) => signal.addEventListener("abort", () => controller.abort(), { once: true })).catch(() => resolve());
	});
}
