import type { LabEnvironment } from "../../providers/provider.ts";
import { type NodeCensus, type NodeSection, takeNode } from "./census-node.ts";
import { takeWorkstation, type WorkstationCensus } from "./census-workstation.ts";
import { type AnyObject, comparables, stable, title } from "./comparable.ts";
import type { KubeRest, KubeType } from "./kube-rest.ts";

/** An object with the kind it is of. */
export interface FoundObject {
	type: KubeType;
	object: AnyObject;
}

/** All that a lab holds at one moment. */
export interface Census {
	objects: FoundObject[];
	nodes: Record<string, NodeCensus>;
	workstation: WorkstationCensus;
}

/** Something that is not as it was recorded. */
export interface Difference {
	/** `object`, `node <name> routes`, `workstation files`. */
	where: string;
	/** In words: `ConfigMap kube-system/coredns differs in data.Corefile`. */
	what: string;
}

/** Lists every object of every kind, the states of nodes and workstation. */
export async function takeCensus(environment: LabEnvironment, rest: KubeRest, signal: AbortSignal): Promise<Census> {
	const workstation = takeWorkstation(environment, signal);
	workstation.catch(() => {});
	const objects = await listObjects(rest);
	const podNames = new Map(
		objects.filter(({ object }) => object.kind === "Pod").map(({ object }) => [podUid(object), podOwner(object)] as const),
	);
	const nodes = await Promise.all(
		environment.nodes.map(async (node) => [node, await takeNode(environment, node, podNames, signal)] as const),
	);
	return { objects, nodes: Object.fromEntries(nodes), workstation: await workstation };
}

/** Every object of every kind that can be listed. */
export async function listObjects(rest: KubeRest, wanted: (type: KubeType) => boolean = () => true): Promise<FoundObject[]> {
	const types = (await rest.types()).filter(wanted);
	const lists = await Promise.all(types.map(async (type) => ({ type, items: await rest.list(type) })));
	return lists.flatMap(({ type, items }) => (items ?? []).map((object) => ({ type, object: object as AnyObject })));
}

/** In what two censuses differ, in words; none where they are equal. */
export function differences(record: Census, now: Census): Difference[] {
	const states = Object.keys({ ...record.nodes, ...now.nodes }).flatMap((node) => {
		const [was, is] = [record.nodes[node], now.nodes[node]];
		if (!was || !is) return [{ where: `node ${node}`, what: was ? "is gone" : "should not be there" }];
		return (Object.keys(was) as NodeSection[]).flatMap((section) => lineDifferences(`node ${node} ${section}`, was[section], is[section]));
	});
	return [
		...objectDifferences(record.objects, now.objects),
		...states,
		...lineDifferences("workstation files", record.workstation.files, now.workstation.files),
		...lineDifferences("workstation processes", record.workstation.processes, now.workstation.processes),
	];
}

export function objectDifferences(record: readonly FoundObject[], now: readonly FoundObject[]): Difference[] {
	const was = byKey(record);
	const is = byKey(now);
	const where = "object";
	return [...new Set([...was.keys(), ...is.keys()])].sort().flatMap((key): Difference[] => {
		if (!is.has(key)) return [{ where, what: `${key} is gone` }];
		if (!was.has(key)) return [{ where, what: `${key} should not be there` }];
		const paths = differingPaths(was.get(key), is.get(key));
		return paths.length > 0 ? [{ where, what: `${key} differs in ${paths.slice(0, 4).join(", ")}` }] : [];
	});
}

/** Lines that are only on one side; how often a line is there counts. */
function lineDifferences(where: string, was: readonly string[], is: readonly string[]): Difference[] {
	const count = new Map<string, number>();
	for (const line of is) count.set(line, (count.get(line) ?? 0) + 1);
	for (const line of was) count.set(line, (count.get(line) ?? 0) - 1);
	return [...count].flatMap(([line, times]) =>
		times === 0 ? [] : [{ where, what: times > 0 ? `has more: ${line.slice(0, 200)}` : `lacks: ${line.slice(0, 200)}` }],
	);
}

function byKey(found: readonly FoundObject[]): Map<string, unknown> {
	return new Map(
		comparables(found.map(({ object }) => object)).map(({ key, value }) => [key, JSON.parse(stable(value) ?? "null") as unknown]),
	);
}

/** Dotted paths at which two values differ. */
export function differingPaths(a: unknown, b: unknown, path = ""): string[] {
	if (stable(a) === stable(b)) return [];
	const open = (value: unknown): value is object => value !== null && typeof value === "object" && !Array.isArray(value);
	if (!open(a) || !open(b)) return [path || "all of it"];
	return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((key) =>
		differingPaths((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key], path ? `${path}.${key}` : key),
	);
}

/** A static pod goes by the hash of its file: that is what its processes' group is named by. */
export function podUid({ metadata }: AnyObject): string {
	return metadata?.annotations?.["kubernetes.io/config.hash"] ?? metadata?.uid ?? "";
}

function podOwner(pod: AnyObject): string {
	const owner = pod.metadata?.ownerReferences?.find(({ controller }) => controller);
	return !owner || owner.kind === "Node" ? title(pod) : `${owner.kind} ${pod.metadata?.namespace}/${owner.name}`;
}
