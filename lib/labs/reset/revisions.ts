import type { FoundObject } from "./census.ts";
import type { AnyObject } from "./comparable.ts";

/**
 * Objects without what controllers keep of earlier rollouts, to roll back to: it is gone for good when its owner is made
 * anew, and no lab is another for it.
 */
export function withoutHistory(objects: readonly FoundObject[]): FoundObject[] {
	const latest = new Map<string, number>();
	for (const { object } of objects) {
		if (object.kind === "ControllerRevision") latest.set(ownerOf(object), Math.max(latest.get(ownerOf(object)) ?? 0, revisionOf(object)));
	}
	return objects.filter(({ object }) => {
		if (object.kind === "ControllerRevision") return revisionOf(object) === latest.get(ownerOf(object));
		return !(object.kind === "ReplicaSet" && ownerOf(object) !== "" && replicasOf(object) === 0 && hasSibling(object, objects));
	});
}

/** A Deployment that is itself scaled to nothing has a set of none, and that one is no history. */
function hasSibling(set: AnyObject, objects: readonly FoundObject[]): boolean {
	return objects.some(({ object }) => object.kind === "ReplicaSet" && ownerOf(object) === ownerOf(set) && replicasOf(object) > 0);
}

function ownerOf({ metadata }: AnyObject): string {
	return metadata?.ownerReferences?.find(({ controller }) => controller)?.uid ?? "";
}

const replicasOf = ({ spec }: AnyObject): number => (spec as { replicas?: number } | undefined)?.replicas ?? 0;
const revisionOf = ({ revision }: AnyObject): number => (typeof revision === "number" ? revision : 0);
