import { mkdir } from "node:fs/promises";
import { KubeConfig } from "@kubernetes/client-node";
import { AppError } from "../../core/errors.ts";
import type { LabSpec, StepContext } from "../provider.ts";
import { scaleDns, waitForCluster } from "./cluster-ready.ts";
import { ensureEdge } from "./edge.ts";
import { ensureCluster } from "./ensure-cluster.ts";
import { grantAccess } from "./grant-access.ts";
import { addonFiles, ingressAddonOf, installGatewayApi } from "./ingress-addon.ts";
import { type KindContext, labPaths } from "./kind-context.ts";
import { labNames, labParts, nodeNames } from "./lab-names.ts";
import { ensureNetwork } from "./lab-network.ts";
import { writeLabRecord } from "./lab-record.ts";
import { makeLearnerKubeconfig } from "./learner-identity.ts";
import { ensureMirror, pointNodesToMirror } from "./mirror.ts";
import { ensureWorkstation, fillWorkstation } from "./workstation.ts";

/**
 * Makes what is missing of a lab. Every part looks at what Docker and the cluster have, so that a second call goes on
 * where the first one was cut off.
 */
export async function createLab(context: KindContext, spec: LabSpec, step: StepContext): Promise<void> {
	const { clock } = context;
	const paths = labPaths(context.dataDir, spec.labId);
	const names = labNames(context.instanceId, spec.labId);
	const nodes = nodeNames(names.cluster, spec.cluster.nodes);
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
	await writeLabRecord(paths, spec, false);
	const addon = await ingressAddonOf(context, spec.cluster, step);
	const subnet = await ensureNetwork(context, spec.labId, step.signal);

	begin("Creating the cluster");
	await together(step.signal, [
		(signal) => ensureCluster(context, spec, paths, { signal, onStep: step.onStep }),
		(signal) => ensureMirror(context, spec.labId, { subnet, image: addon?.mirror ?? context.host.images.mirror, signal }),
		(signal) => ensureEdge(context, spec.labId, subnet, signal),
		(signal) => ensureWorkstation(context, spec.labId, signal),
	]);
	await pointNodesToMirror(context, nodes, subnet);

	const admin = new KubeConfig();
	admin.loadFromFile(paths.adminKubeconfig);
	const ready = { admin, clock, signal: step.signal, dnsReplicas: spec.cluster.dnsReplicas, nodes };
	begin("Starting CoreDNS");
	await scaleDns(ready);
	// Access needs no node: it is granted while CoreDNS comes up.
	const granted = grantAccess({ admin, access: spec.access, clock, signal: step.signal });
	const gateway =
		addon && spec.cluster.addons.includes("gateway") ? installGatewayApi(context, { addon, paths, signal: step.signal }) : undefined;
	await Promise.all([granted, waitForCluster(ready), gateway]);

	begin("Preparing the workstation");
	const kubeconfig = await makeLearnerKubeconfig(context, spec.labId, paths, spec.access.namespaces[0] ?? "default");
	const files = { ...spec.files, ...(addon && (await addonFiles(addon))) };
	await fillWorkstation(context, { labId: spec.labId, files }, kubeconfig);
	await provePartsRun(context, labParts(names, spec.cluster.nodes));
	await writeLabRecord(paths, spec, true);
	log.info({ sinceMs: clock.now() - begun }, "lab is whole");
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
