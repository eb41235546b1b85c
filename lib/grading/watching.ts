import type { KubeConfig } from "@kubernetes/client-node";
import type { Clock } from "../core/clock.ts";
import type { Watching } from "./disturb.ts";
import { watchView } from "./kube-watcher.ts";

/** A burst of events, gathered: each look costs more than the wait. */
const gatherMs = 50;

/** Watches a cluster until the signal. @throws AppError `cluster-unreadable` */
export async function watchCluster(options: { admin: KubeConfig; clock: Clock; signal: AbortSignal }): Promise<Watching> {
	const { clock, signal } = options;
	let wake = () => {};
	const view = await watchView({ ...options, onChange: () => wake() });
	return {
		current: () => view.current(),
		async change(mostMs) {
			const changed = new Promise<void>((resolve) => {
				wake = resolve;
			});
			await Promise.race([changed, clock.sleep(mostMs, signal)]);
			await clock.sleep(gatherMs, signal);
		},
	};
}
