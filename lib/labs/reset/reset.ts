import type { V1ServiceSpec } from "@kubernetes/client-node";
import type { Clock } from "../../core/clock.ts";
import { AppError } from "../../core/errors.ts";
import type { LabEnvironment, StepContext } from "../../providers/provider.ts";
import { type Census, type Difference, differences, type FoundObject, listObjects, podUid, takeCensus } from "./census.ts";
import { packHome, restoreWorkstation } from "./census-workstation.ts";
import { title } from "./comparable.ts";
import { createKubeRest, type KubeRest } from "./kube-rest.ts";
import { flushConnections, killOtherPods, packNode, restoreNode } from "./restore-node.ts";
import { allReady, applyPlan, isGate, objectPath, planObjects, releaseNamespaces } from "./restore-objects.ts";
import { withoutHistory } from "./revisions.ts";

/** Pods take a second to end and a few to come back; with a broken network on a busy host it took 50 s. What has not settled by then will not. */
const settlesWithinMs = 180_000;
/**
 * Rules follow objects that are as recorded within this, or their writer has missed something and is started anew; after
 * the second of the two also where objects are not: pods may wait for the rules.
 */
const rulesFollowWithinMs = 12_000;
const rulesWaitForObjectsMs = 40_000;
/** Controllers write to the same objects meanwhile: a refused write is repeated. */
const revertsWithinMs = 15_000;
/** An API server takes a second to see that a policy is gone. */
const gatesOpenWithinMs = 10_000;
const ruleSections = /^node \S+ (nft|iptables|routes)$/;
const pollMs = 300;

/** A lab's state to come back to. */
export interface LabRecord {
	census: Census;
	/** The learner's home and, by node, its watched files: archives in base64. */
	home: string;
	files: Record<string, string>;
}

export interface ResetResult {
	/** What is still not as recorded; none where the reset was clean. */
	left: Difference[];
	/** How many differences there were before. */
	found: number;
	durationMs: number;
}

/**
 * Records a lab as it is, once it has settled: a new control plane reports its own pods ready some seconds late. Of earlier
 * rollouts nothing is recorded.
 */
export async function recordLab(environment: LabEnvironment, signal: AbortSignal, clock: Clock): Promise<LabRecord> {
	return withRest(environment, signal, async (rest) => {
		let census = await takeCensus(environment, rest, signal);
		for (const deadline = clock.now() + settlesWithinMs; clock.now() < deadline; ) {
			await clock.sleep(pollMs, signal);
			const before = census;
			census = await takeCensus(environment, rest, signal);
			if (allReady(census.objects) && differences(before, census).length === 0) break;
		}
		const [home, files] = await Promise.all([
			packHome(environment, signal),
			Promise.all(environment.nodes.map(async (node) => [node, await packNode(environment, node, signal)] as const)),
		]);
		return { census: { ...census, objects: withoutHistory(census.objects) }, home, files: Object.fromEntries(files) };
	});
}

/** In what a lab differs from a record. */
export async function compareLab(environment: LabEnvironment, record: LabRecord, signal: AbortSignal): Promise<Difference[]> {
	return withRest(environment, signal, async (rest) => differences(record.census, await takeCensus(environment, rest, signal)));
}

/**
 * Brings a lab back to a record in place, whatever was done to it: removes what is too much, restores what differs, forgets
 * connections. Then takes the census anew until it equals the record.
 * @returns what is left; a lab with anything left must be thrown away
 */
export async function resetLab(environment: LabEnvironment, record: LabRecord, context: StepContext, clock: Clock): Promise<ResetResult> {
	const { signal } = context;
	const startedAt = clock.now();
	return withRest(environment, signal, async (rest) => {
		context.onStep("Resetting the cluster in place");
		await openGates(rest, record.census.objects, clock, signal);
		let now = await takeCensus(environment, rest, signal);
		const found = differences(record.census, now).length;
		let restarted = false;
		let again = false;
		let objectsDifferedAt = startedAt;
		let left: Difference[] = [];
		for (;;) {
			await restore(environment, rest, record, now, signal);
			// Pods had their second: what is still there after it is deaf.
			if (again) await killDoomed(environment, record, now, signal);
			again = true;
			now = await takeCensus(environment, rest, signal);
			left = differences(record.census, now);
			const since = clock.now() - startedAt;
			if (left.length === 0 || since > settlesWithinMs) break;
			context.onStep(`Not yet as recorded: ${left.map(({ what }) => what).join("; ")}`);
			if (left.some(({ where }) => where === "object")) objectsDifferedAt = clock.now();
			const late = clock.now() - objectsDifferedAt > rulesFollowWithinMs || since > rulesWaitForObjectsMs;
			if (!restarted && late && left.some(({ where }) => ruleSections.test(where))) {
				restarted = true;
				await restartRuleWriters(rest, now.objects);
			}
			await clock.sleep(pollMs, signal);
		}
		const apiServer = serviceAddress(now.objects, "default", "kubernetes");
		await Promise.all(environment.nodes.map((node) => flushConnections(environment, node, apiServer, signal)));
		return { left, found, durationMs: clock.now() - startedAt };
	});
}

function serviceAddress(objects: readonly FoundObject[], namespace: string, name: string): string {
	const found = objects.find(
		({ type, object: { metadata } }) => type.kind === "Service" && metadata?.namespace === namespace && metadata.name === name,
	);
	return (found?.object.spec as V1ServiceSpec | undefined)?.clusterIP ?? "";
}

/** Every object as it is, to revert to. */
export function recordObjects(environment: LabEnvironment, signal: AbortSignal): Promise<FoundObject[]> {
	return withRest(environment, signal, (rest) => listObjects(rest));
}

/** Objects alone, back to what was recorded: a repair is undone, workloads roll back. */
export async function revertObjects(
	environment: LabEnvironment,
	record: readonly FoundObject[],
	signal: AbortSignal,
	clock: Clock,
): Promise<void> {
	await withRest(environment, signal, async (rest) => {
		await openGates(rest, record, clock, signal);
		for (const deadline = clock.now() + revertsWithinMs; ; await clock.sleep(pollMs, signal)) {
			const plan = planObjects(record, await listObjects(rest));
			if (plan.replace.length + plan.create.length + plan.remove.length === 0) return;
			if (clock.now() > deadline && plan.replace.length + plan.create.length > 0) {
				const names = [...plan.replace, ...plan.create].map(({ object }) => title(object));
				throw new AppError("not-reverted", `These could not be put back: ${names.join(", ")}`, { retryable: true });
			}
			if (clock.now() > deadline) return;
			await applyPlan(rest, plan);
		}
	});
}

/** A policy still holds for a second after it is deleted, and may refuse that the others are. */
async function openGates(rest: KubeRest, record: readonly FoundObject[], clock: Clock, signal: AbortSignal): Promise<void> {
	const recorded = record.filter(({ type }) => isGate(type));
	for (const deadline = clock.now() + gatesOpenWithinMs; clock.now() < deadline; await clock.sleep(pollMs, signal)) {
		const plan = planObjects(recorded, await listObjects(rest, isGate));
		if (plan.remove.length + plan.replace.length + plan.create.length === 0) return;
		await applyPlan(rest, plan);
	}
}

async function restore(environment: LabEnvironment, rest: KubeRest, record: LabRecord, now: Census, signal: AbortSignal): Promise<void> {
	const { census, files, home } = record;
	const objects = applyPlan(rest, planObjects(census.objects, now.objects))
		.then((restored) => restartReaders(rest, restored, now.objects))
		.then(() => releaseNamespaces(rest, now.objects));
	const nodes = environment.nodes.map((node) => {
		const [was, is] = [census.nodes[node], now.nodes[node]];
		return was && is ? restoreNode(environment, node, { record: was, now: is, files: files[node] ?? "" }, signal) : undefined;
	});
	const same = differences({ ...census, objects: [], nodes: {} }, { ...now, objects: [], nodes: {} }).length === 0;
	await Promise.all([objects, ...nodes, ...(same ? [] : [restoreWorkstation(environment, home, signal)])]);
}

async function killDoomed(environment: LabEnvironment, record: LabRecord, now: Census, signal: AbortSignal): Promise<void> {
	const doomed = new Set(planObjects(record.census.objects, now.objects).remove.map(({ object }) => object));
	const staying = now.objects.filter(
		({ type, object }) => type.kind === "Pod" && !doomed.has(object) && object.metadata?.deletionTimestamp === undefined,
	);
	const uids = staying.map(({ object }) => podUid(object));
	await Promise.all(environment.nodes.map((node) => killOtherPods(environment, node, uids, signal)));
}

/** Pods that read a restored ConfigMap or Secret may hold on to what they have read: CoreDNS keeps its last good Corefile. */
async function restartReaders(rest: KubeRest, restored: readonly FoundObject[], objects: readonly FoundObject[]): Promise<void> {
	const read = restored.filter(({ type }) => type.kind === "ConfigMap" || type.kind === "Secret").map(({ object }) => object.metadata);
	const readers = objects.filter(({ type, object }) => {
		if (type.kind !== "Pod") return false;
		const spec = JSON.stringify(object.spec);
		return read.some((one) => one?.namespace === object.metadata?.namespace && spec.includes(`"name":"${one?.name}"`));
	});
	await deletePods(rest, readers);
}

/** Those that write rules of nodes from objects: started anew they write all of them. */
async function restartRuleWriters(rest: KubeRest, objects: readonly FoundObject[]): Promise<void> {
	const writers = objects.filter(
		({ type, object }) =>
			type.kind === "Pod" &&
			object.metadata?.namespace === "kube-system" &&
			object.metadata.ownerReferences?.some(({ kind }) => kind === "DaemonSet"),
	);
	await deletePods(rest, writers);
}

async function deletePods(rest: KubeRest, pods: readonly FoundObject[]): Promise<void> {
	await Promise.all(pods.map((pod) => rest.send("DELETE", objectPath(pod), { gracePeriodSeconds: 1 })));
}

async function withRest<T>(environment: LabEnvironment, signal: AbortSignal, act: (rest: KubeRest) => Promise<T>): Promise<T> {
	const rest = await createKubeRest(environment.admin, signal);
	try {
		return await act(rest);
	} finally {
		rest.close();
	}
}
