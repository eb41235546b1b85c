import type { V1Pod } from "@kubernetes/client-node";
import type { TouchedObject } from "../../protocol/report.ts";
import type { ClusterView } from "../cluster-view.ts";
import { differingPaths, meaningOf } from "./meaning.ts";
import { reachOf } from "./reach.ts";
import { type Tracked, trackedObjects } from "./tracked.ts";

/** More lines than a person reads. */
const most = 50;

/**
 * What is not as the fault left it, by whomever, and how far it reaches. What controllers and the API server made of it is
 * left out: pods of a workload, their ReplicaSets and EndpointSlices, status, defaults, marks of a rollout.
 * @param before undefined where there was no fault yet: then nothing is told
 */
export function touchedObjects(before: ClusterView | undefined, now: ClusterView): TouchedObject[] {
	if (!before) return [];
	const found = changesBetween(before, now).map(({ tracked, view, change, fields }): TouchedObject => {
		return { object: inWords(tracked), change, fields, reach: reachOf(tracked, view) };
	});
	if (found.length <= most) return found;
	const rest: TouchedObject = { object: `${found.length - most} more objects`, change: "changed", fields: [], reach: "" };
	return [...found.slice(0, most), rest];
}

export interface Change extends Pick<TouchedObject, "change" | "fields"> {
	/** The object as it is; as it was where it is gone. */
	tracked: Tracked;
	/** The view that it is of. */
	view: ClusterView;
}

/** All changes, in the order of namespaces, kinds and names. */
export function changesBetween(before: ClusterView, now: ClusterView): Change[] {
	const [then, after] = [trackedObjects(before), trackedObjects(now)];
	return [...new Set([...then.keys(), ...after.keys()])].sort().flatMap((key) => {
		const touched = compare(then.get(key), after.get(key));
		const tracked = after.get(key) ?? then.get(key);
		return touched && tracked ? [{ ...touched, tracked, view: after.has(key) ? now : before }] : [];
	});
}

function compare(then: Tracked | undefined, now: Tracked | undefined): Pick<TouchedObject, "change" | "fields"> | undefined {
	const own = (one: Tracked | undefined) => one !== undefined && !one.controlled;
	if (!then || !now) {
		if (own(now)) return { change: "created", fields: [] };
		return own(then) ? { change: "deleted", fields: [] } : undefined;
	}
	if (then.controlled && now.controlled && then.uid !== now.uid) return undefined;
	const whole = then.controlled && now.controlled ? differingPaths(byHand(then), byHand(now)) : fieldsBetween(then, now);
	if (then.uid !== now.uid) return { change: "recreated", fields: whole };
	return whole.length > 0 ? { change: "changed", fields: whole } : undefined;
}

function fieldsBetween(then: Tracked, now: Tracked): string[] {
	return differingPaths(meaningOf(then.object, { labels: true }), meaningOf(now.object, { labels: true }));
}

/** What somebody can do to a running pod of a controller: labels, another image, a container to debug it. */
function byHand({ object }: Tracked): unknown {
	const { containers = [], ephemeralContainers = [] } = (object as Partial<V1Pod>).spec ?? {};
	const images = containers.map(({ name, image }) => ({ name, image }));
	return {
		labels: object.metadata?.labels ?? {},
		spec: { containers: images, ephemeralContainers: ephemeralContainers.map(({ name }) => name) },
	};
}

function inWords({ kind, name, namespace }: Tracked): string {
	return namespace ? `${kind} ${name} (namespace ${namespace})` : `${kind} ${name}`;
}
