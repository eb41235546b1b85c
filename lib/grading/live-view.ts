import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/log.ts";
import type { ClusterView } from "./cluster-view.ts";
import type { WatchedView, watchView } from "./kube-watcher.ts";

/** Before a cluster whose API server did not answer is asked again. */
const retryMs = 3000;

/** What is known of the cluster, whether or not its API server answers now. */
export interface LiveView {
	/** The newest known state; undefined while none is known. */
	current(): ClusterView | undefined;
	/** Calls back at every change, until the function that it returns is called. */
	subscribe(onChange: () => void): () => void;
}

/**
 * Follows the cluster until the signal. Probes need the API server only to know whom to ask from: what was known last is
 * good enough while it does not answer.
 * @param options.last what was known before
 */
export function followView(options: {
	watch(options: { signal: AbortSignal; onChange(): void }): ReturnType<typeof watchView>;
	last: ClusterView | undefined;
	clock: Clock;
	log: Logger;
	signal: AbortSignal;
}): LiveView {
	const { watch, last, clock, log, signal } = options;
	const listeners = new Set<() => void>();
	let watched: WatchedView | undefined;
	const onChange = () => {
		for (const listener of listeners) listener();
	};
	void follow();

	async function follow(): Promise<void> {
		while (!signal.aborted) {
			try {
				watched = await watch({ signal, onChange });
				return onChange();
			} catch (error) {
				if (signal.aborted) return;
				log.warn({ err: error }, "the cluster can't be read; live checks go on with what is known of it");
				await clock.sleep(retryMs, signal).catch(() => {});
			}
		}
	}

	return {
		current: () => watched?.current() ?? last,
		subscribe(listener) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
	};
}
