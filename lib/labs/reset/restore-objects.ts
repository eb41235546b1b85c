import type { FoundObject } from "./census.ts";
import { type AnyObject, comparables, imagesOf, isMade, isReady, labelsOf, restorable, stable, title } from "./comparable.ts";
import { collectionPath, type KubeRest, type KubeType } from "./kube-rest.ts";

/** What stands between a request and the other objects: as long as it is there, nothing else can be undone. */
const gates = new Set([
	"ValidatingWebhookConfiguration",
	"MutatingWebhookConfiguration",
	"ValidatingAdmissionPolicyBinding",
	"MutatingAdmissionPolicyBinding",
	"ValidatingAdmissionPolicy",
	"MutatingAdmissionPolicy",
	"APIService",
]);

export const isGate = ({ kind }: Pick<KubeType, "kind">) => gates.has(kind);

/** Written by the cluster from other objects: never put in by a reset. */
const derived = new Set(["Event", "ComponentStatus", "Lease", "CertificateSigningRequest", "IPAddress", "Endpoints", "ControllerRevision"]);

export interface ObjectPlan {
	remove: FoundObject[];
	/** As they were recorded; there, but otherwise. */
	replace: FoundObject[];
	create: FoundObject[];
}

/** What must be done for the objects that are there to become those recorded. */
export function planObjects(record: readonly FoundObject[], now: readonly FoundObject[]): ObjectPlan {
	const was = new Map(record.map((found) => [idOf(found), found]));
	const is = new Map(now.map((found) => [idOf(found), found]));
	const counted = ({ object }: FoundObject) => comparables([object]).length > 0;
	const restored = (found: FoundObject) => !derived.has(found.type.kind) && !isMade(found.object);
	// What a controller makes of an object that stays is left to it, unless somebody has changed it in place.
	const owned = new Set(record.filter(isDrawn).map(ownPart));
	// By its name alone a pod is not as recorded: labels and debug containers are put into a running one.
	const stays = (found: FoundObject) => (isDrawn(found) ? owned.has(ownPart(found)) : was.has(idOf(found)));
	return {
		remove: now.filter((found) => counted(found) && !stays(found) && found.type.verbs.includes("delete")),
		replace: record.filter((found) => {
			const there = is.get(idOf(found));
			return there && restored(found) && !sameObject(found.object, there.object);
		}),
		create: record.filter((found) => counted(found) && restored(found) && !is.has(idOf(found))),
	};
}

/** Its name is drawn by a controller. */
function isDrawn({ type, object }: FoundObject): boolean {
	return (type.kind === "Pod" || type.kind === "EndpointSlice") && isMade(object);
}

export function allReady(found: readonly FoundObject[]): boolean {
	return found.every(({ type, object }) => type.kind !== "Pod" || isReady(object));
}

function ownPart({ type, object }: FoundObject): string {
	const owner = object.metadata?.ownerReferences?.find(({ controller }) => controller);
	return `${type.kind} ${object.metadata?.namespace} ${owner?.kind} ${owner?.name} ${type.kind === "Pod" ? `${imagesOf(object)} ${stable(labelsOf(object))}` : ""}`;
}

function idOf({ type, object }: FoundObject): string {
	return `${type.apiVersion} ${title(object)}`;
}

function sameObject(a: AnyObject, b: AnyObject): boolean {
	return stable(restorable(a)) === stable(restorable(b)) && b.metadata?.deletionTimestamp === undefined;
}

/**
 * Carries a plan out; what the server refuses shows in the next census.
 * @returns objects put back, for what depends on them
 */
export async function applyPlan(rest: KubeRest, plan: ObjectPlan): Promise<FoundObject[]> {
	// Namespaces first, so that nothing new is made in them; instances before their definition. What controllers make goes once
	// its owner is as recorded: before that it is made again, and a Deployment whose pods come and go refuses to be replaced.
	const rank = ({ type: { kind } }: FoundObject) => ({ Namespace: 0, CustomResourceDefinition: 2, ReplicaSet: 3, Pod: 4 })[kind] ?? 1;
	const removeRank = (turn: number) => Promise.all(plan.remove.filter((found) => rank(found) === turn).map((found) => remove(rest, found)));
	for (const turn of [0, 1, 2]) await removeRank(turn);
	await Promise.all(plan.create.filter(({ type }) => !type.namespaced).map((found) => create(rest, found)));
	await Promise.all(plan.replace.map((found) => replace(rest, found)));
	for (const turn of [3, 4]) await removeRank(turn);
	await Promise.all(plan.create.filter(({ type }) => type.namespaced).map((found) => create(rest, found)));
	return [...plan.replace, ...plan.create];
}

/**
 * Lets namespaces on their way out go as soon as nothing is left in them: their controller waits for half of the longest
 * grace period that it has seen in one.
 */
export async function releaseNamespaces(rest: KubeRest, now: readonly FoundObject[]): Promise<void> {
	const inUse = new Set(now.filter(({ object }) => comparables([object]).length > 0).map(({ object }) => object.metadata?.namespace));
	const empty = now.filter(
		({ type, object }) =>
			type.kind === "Namespace" && object.metadata?.deletionTimestamp !== undefined && !inUse.has(object.metadata?.name),
	);
	await Promise.all(empty.map((found) => rest.send("PUT", `${objectPath(found)}/finalize`, { ...found.object, spec: { finalizers: [] } })));
}

export function objectPath({ type, object }: FoundObject): string {
	return `${collectionPath(type, object.metadata?.namespace)}/${encodeURIComponent(object.metadata?.name ?? "")}`;
}

/** A pod is given a second: nobody waits for its last words. Finalizers are somebody's who will not come. */
async function remove(rest: KubeRest, found: FoundObject): Promise<void> {
	const path = objectPath(found);
	const options = { propagationPolicy: "Background", ...(found.type.kind === "Pod" ? { gracePeriodSeconds: 1 } : {}) };
	if (found.object.metadata?.deletionTimestamp === undefined || found.type.kind === "Pod") await rest.send("DELETE", path, options);
	if ((found.object.metadata?.finalizers ?? []).length > 0) {
		await rest.send("PATCH", path, { metadata: { finalizers: null } }, "application/merge-patch+json");
	}
}

async function create(rest: KubeRest, { type, object }: FoundObject): Promise<void> {
	await rest.send("POST", collectionPath(type, object.metadata?.namespace), restorable(object));
}

/** In place; where a field can't be changed, the object is made anew. */
async function replace(rest: KubeRest, found: FoundObject): Promise<void> {
	const path = objectPath(found);
	const there = await rest.send("GET", path);
	const { metadata } = (there.body ?? {}) as AnyObject;
	const wanted = restorable(found.object);
	const leaving = metadata?.deletionTimestamp !== undefined;
	const answer = leaving
		? { status: 409 }
		: await rest.send("PUT", path, { ...wanted, metadata: { ...wanted.metadata, resourceVersion: metadata?.resourceVersion } });
	// Made anew only where the server says that it can't be changed: a webhook's refusal must not cost the cluster its node.
	if (!leaving && (answer.status !== 422 || found.type.kind === "Node")) return;
	await remove(rest, {
		type: found.type,
		object: { ...found.object, metadata: { ...found.object.metadata, finalizers: metadata?.finalizers } },
	});
	await create(rest, found);
}
