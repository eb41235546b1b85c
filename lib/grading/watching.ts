import type { KubeConfig } from "@kubernetes/client-node";
import type { Clock } from "../core/clock.ts";
import type { Watching } from "./disturb.ts";
import { watchView } from "./kube-watcher.ts";

/** A burst of events, gathered: each look costs more than the wait. */
const gatherMs = 50;

/** Watches a cluster until the signal. @throws AppError `cluster-unreadable` */
export async function watchCluster(options: { admin: KubeConfig; clock: Clock; signal: AbortSignal }): Promise<Watching> {
	const { wake, change } = changes(options);
	const view = await watchView({ ...options, onChange: wake });
	return { current: () => view.current(), change };
}

/** Waits for the next change, of which any number of waiters are told at once; none waits longer than it says. */
export function changes({ clock, signal }: { clock: Clock; signal: AbortSignal }): { wake(): void; change: Watching["change"] } {
	let next = new AbortController();
	return {
		wake() {
			next.abort();
			next = new AbortController();
		},
		async change(mostMs) {
			await clock.sleep(mostMs, AbortSignal.any([signal, next.signal])).catch(() => signal.throwIfAborted());
			await clock.sleep(gatherMs, signal);
		},
	};
}
