import { mkdir, readFile } from "node:fs/promises";
import { KubeConfig } from "@kubernetes/client-node";
import { AppError } from "../../core/errors.ts";
import type { LabSpec, StepContext } from "../provider.ts";
import { scaleDns, waitForCluster } from "./cluster-ready.ts";
import { ensureEdge } from "./edge.ts";
import { ensureCluster, removeCluster } from "./ensure-cluster.ts";
import { waitForPods } from "./golden/contents-ready.ts";
import { goldenKey, readGolden, removeGolden } from "./golden/golden-file.ts";
import { grantAccess, keepNodesReady, waitForPolicy } from "./grant-access.ts";
import { addonFiles, ingressAddonOf, installGatewayApi } from "./ingress-addon.ts";
import { type KindContext, type LabPaths, labPaths } from "./kind-context.ts";
import { labNames, labParts, nodeNames } from "./lab-names.ts";
import { ensureNetwork } from "./lab-network.ts";
import { readLabRecord, writeLabRecord } from "./lab-record.ts";
import { makeLearnerKubeconfig } from "./learner-identity.ts";
import { ensureMirror, pointNodesToMirror } from "./mirror.ts";
import { endCreators } from "./orphans.ts";
import { ensureWorkstation, fillWorkstation } from "./workstation.ts";

/**
 * Makes what is missing of a lab. Every part looks at what Docker and the cluster have, so that a second call goes on
 * where the first one was cut off.
 * @returns the key of what its cluster held when it was made
 */
export async function createLab(context: KindContext, spec: LabSpec, step: StepContext): Promise<string | undefined> {
	const { clock } = context;
	const paths = labPaths(context.dataDir, spec.labId);
	const names = labNames(context.instanceId, spec.labId);
	const log = context.log.child({ lab: spec.labId });
	let begun = clock.now();
	const begin = (name: string) => {
		step.signal.throwIfAborted();
		log.info({ step: name, sinceMs: clock.now() - begun }, "lab step");
		begun = clock.now();
		step.onStep(name);
	};

	begin("Preparing the network");
	await mkdir(paths.dir, { recursive: true, mode: 0o700 });
	await writeLabRecord(paths, spec, { ready: false, contents: (await readLabRecord(paths))?.contents });
	const addon = await ingressAddonOf(context, spec.cluster, step);
	// Before anything of this call's own is begun, which would be waited for.
	await endCreators(names.cluster, clock);
	const fresh = (await context.docker.containers(names.cluster)).length === 0;
	const subnet = await ensureNetwork(context, spec.labId, step.signal);

	begin("Creating the cluster");
	let contents: string | undefined;
	await together(step.signal, [
		async (signal) => {
			contents = await ensureCluster(context, { spec, paths, subnet, step: { signal, onStep: step.onStep } });
		},
		(signal) => ensureMirror(context, spec.labId, { subnet, image: addon?.mirror ?? context.host.images.mirror, signal, fresh }),
		(signal) => ensureEdge(context, spec.labId, { subnet, signal, fresh }),
		(signal) => ensureWorkstation(context, spec.labId, { signal, fresh }),
	]);

	const files = async () => ({ ...spec.files, ...(addon && (await addonFiles(addon))) });
	if (contents !== undefined) {
		begin("Waiting for its pods");
		try {
			await together(step.signal, [
				(signal) => contentsBack(context, { spec, contents, paths, signal }),
				async () => fillWorkstation(context, { labId: spec.labId, files: await files() }, await learnerAccess(context, spec, paths)),
			]);
		} catch (error) {
			step.signal.throwIfAborted();
			log.warn({ err: error }, "what was prepared did not come back: the lab is made the longer way");
			await judgeContents(context, spec, false);
			await removeCluster(context, spec.labId, paths);
			return createLab(context, { ...spec, contents: undefined }, step);
		}
	} else {
		const nodes = nodeNames(names.cluster, spec.cluster.nodes);
		await pointNodesToMirror(context, nodes, subnet);
		const admin = adminOf(paths);
		const ready = { admin, clock, signal: step.signal, dnsReplicas: spec.cluster.dnsReplicas, nodes };
		begin("Starting CoreDNS");
		await scaleDns(ready);
		// Access needs no node: it is granted while CoreDNS comes up.
		const granted = grantAccess({ admin, access: spec.access, clock, signal: step.signal });
		const gateway =
			addon && spec.cluster.addons.includes("gateway") ? installGatewayApi(context, { addon, paths, signal: step.signal }) : undefined;
		await Promise.all([granted, waitForCluster(ready), gateway]);
		begin("Preparing the workstation");
		await fillWorkstation(context, { labId: spec.labId, files: await files() }, await learnerAccess(context, spec, paths));
	}
	await provePartsRun(context, labParts(names, spec.cluster.nodes));
	await writeLabRecord(paths, spec, { ready: true, contents });
	log.info({ sinceMs: clock.now() - begun }, "lab is whole");
	return contents;
}

function adminOf(paths: LabPaths): KubeConfig {
	const admin = new KubeConfig();
	admin.loadFromFile(paths.adminKubeconfig);
	return admin;
}

/** The learner's kubeconfig: a clone has it from the start. */
async function learnerAccess(context: KindContext, { labId, access }: LabSpec, paths: LabPaths): Promise<string> {
	const there = await readFile(paths.learnerKubeconfig, "utf8").catch(() => undefined);
	return there ?? makeLearnerKubeconfig(context, labId, paths, access.namespaces[0] ?? "default");
}

interface BackOptions {
	spec: LabSpec;
	contents: string | undefined;
	paths: LabPaths;
	signal: AbortSignal;
}

/** Waits until a clone holds what it was prepared with, the learner's limits included. */
async function contentsBack(context: KindContext, { spec, contents, paths, signal }: BackOptions): Promise<void> {
	const { clock, goldenDir, host } = context;
	const key = goldenKey(host, spec.cluster, { key: contents ?? "", access: spec.access });
	const golden = goldenDir ? await readGolden(goldenDir, key) : undefined;
	if (!golden) throw new AppError("not-prepared", "What this cluster was prepared with is not known any more.", { retryable: true });
	const options = { admin: adminOf(paths), clock, signal };
	const back = waitForPods(options, golden.ready).then(() => keepNodesReady(options.admin));
	await Promise.all([back, waitForPolicy(options)]);
}

/** Notes whether a lab with these contents was as it should be, and removes the golden cluster where it is trusted no longer. */
export async function judgeContents(
	{ goldenDir, host, trust }: KindContext,
	{ cluster, access, contents }: Pick<LabSpec, "cluster" | "access" | "contents">,
	asPrepared: boolean,
): Promise<void> {
	if (!goldenDir || contents === undefined) return;
	const key = goldenKey(host, cluster, { key: contents, access });
	if (trust.judge(key, asPrepared)) await removeGolden(goldenDir, key);
}

/** @throws AppError `part-ended` where a container ended by itself, as one of an image older than this program does */
async function provePartsRun({ docker, instanceId }: KindContext, parts: readonly string[]): Promise<void> {
	const rows = await docker.containers(`fl-${instanceId}`);
	const ended = parts.filter((name) => rows.find((row) => row.name === name)?.state !== "running");
	if (ended.length === 0) return;
	throw new AppError("part-ended", `${ended.join(", ")} does not run any more`, { mend: "node lib/setup/start.ts --set-up-only" });
}

/** Runs jobs at once; when one fails the others are ended and waited for, so that nothing is made behind a failure. */
async function together(signal: AbortSignal, jobs: ((signal: AbortSignal) => Promise<void>)[]): Promise<void> {
	const own = new AbortController();
	const both = AbortSignal.any([signal, own.signal]);
	let first: { error: unknown } | undefined;
	await Promise.all(
		jobs.map((job) =>
			job(both).catch((error) => {
				first ??= { error };
				own.abort(error);
			}),
		),
	);
	if (first) throw first.error;
}
