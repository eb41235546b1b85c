import { readdir, readFile } from "node:fs/promises";
import { AppError } from "../../core/errors.ts";
import { canReclaim } from "../../core/swap.ts";
import type { LabEnvironment, LabProvider } from "../provider.ts";
import { coldRoom, neededBytes, parseMeminfo, shareMemory } from "./capacity.ts";
import { createLab, judgeContents } from "./create-lab.ts";
import { destroyLab } from "./destroy-lab.ts";
import { createDocker } from "./docker.ts";
import { goldenKey, hasGolden, readGolden, touchGolden } from "./golden/golden-file.ts";
import { goldenId, isGoldenId, prepareGolden } from "./golden/prepare-golden.ts";
import { defaultLimitBytes, pruneGolden } from "./golden/prune-golden.ts";
import { createGoldenTrust } from "./golden/trust.ts";
import { createGrantBoard, type Grants } from "./grants.ts";
import { type KindContext, type KindProviderOptions, labPaths, labsDir } from "./kind-context.ts";
import { createKindEnvironment } from "./kind-environment.ts";
import { labsOnHost } from "./lab-memory.ts";
import { labIdOf, labNames, labParts } from "./lab-names.ts";
import { readLabRecord } from "./lab-record.ts";
import { createProberChannel } from "./prober-channel.ts";
import { connectProber, removeProber } from "./prober-container.ts";

export type { KindProviderOptions } from "./kind-context.ts";

/** Labs as kind clusters on this host's Docker. */
export function createKindProvider(options: KindProviderOptions): LabProvider {
	const context: KindContext = { ...options, docker: createDocker(options.host.docker), trust: createGoldenTrust() };
	const { docker, instanceId, dataDir, host } = context;
	const channel = createProberChannel(() => connectProber(context));
	const grants = options.grantsDir === undefined ? undefined : createGrantBoard(options.grantsDir, instanceId, options.clock);
	/** Labs being made by this process: removing one ends its making first. */
	const making = new Map<string, { abort: AbortController; ended: Promise<unknown> }>();

	async function adopt(labId: string): Promise<LabEnvironment | undefined> {
		const record = await readLabRecord(labPaths(dataDir, labId));
		if (!record?.ready) return undefined;
		const names = labNames(instanceId, labId);
		const rows = await docker.containers(names.cluster);
		const alive = new Set(rows.filter((row) => row.state === "running" || row.state === "paused").map((row) => row.name));
		if (!labParts(names, record.nodes).every((name) => alive.has(name))) return undefined;
		return createKindEnvironment(context, record, channel);
	}

	async function list(): Promise<string[]> {
		const prefix = `fl-${instanceId}-`;
		const [containers, networks, folders] = await Promise.all([
			docker.containers(prefix),
			docker.networks(prefix),
			readdir(labsDir(dataDir)).catch(() => []),
		]);
		const named = [...containers, ...networks].map((row) => labIdOf(instanceId, row.name)).filter((id) => id !== undefined);
		return [...new Set([...named, ...folders])].filter((id) => id !== preparing?.id).sort();
	}

	/** Frozen ones do not count: nobody waits for their answers. Nor does what is left of a golden one: nobody uses it. */
	async function anyLabRuns(): Promise<boolean> {
		const rows = await docker.containers(`fl-${instanceId}-`);
		const ids = rows.filter(({ state }) => state === "running").map(({ name }) => labIdOf(instanceId, name));
		return ids.some((id) => id !== undefined && !isGoldenId(id));
	}

	/** Removals under way: each would take away what is made under its id meanwhile. */
	const removing = new Set<{ labId: string }>();
	const isBeingRemoved = (id: string) => [...removing].some(({ labId }) => labId === id);

	/** The prober's start, ahead of its first probe. */
	let warming: Promise<void> | undefined;

	/** Removes the prober once there is no lab that it could look at. */
	async function endEyes(): Promise<void> {
		// One that is just being started would come after its removal.
		await warming;
		if ((await list()).length === 0 && making.size === 0 && !preparing) await removeProber(context);
	}

	/** The golden cluster that is being made, one at a time: it yields to labs. */
	let preparing: { id: string; bytes: number; abort: AbortController; ended: Promise<unknown> } | undefined;

	/** To labs of this instance. */
	let granted: Grants = {};
	/** Other instances count a golden cluster that is made as the lab that it is. */
	const tell = async () => grants?.say({ ...granted, ...(preparing && { [preparing.id]: preparing.bytes }) });

	return {
		name: "kind",
		madeOf: JSON.stringify([host.kindVersion, host.kubernetesVersion, host.images]),
		adopt,
		list,
		async status() {
			const built = host.way === "build" ? "built here" : "pulled";
			const description = `kind ${host.kindVersion}, Kubernetes ${host.kubernetesVersion} (${built})`;
			const ok = await docker.run(["version", "--format", "{{.Server.Version}}"], { timeoutMs: 10_000 }).then(
				(result) => result.exitCode === 0,
				() => false,
			);
			return { ok, description: ok ? description : `${description}; Docker does not answer`, kubernetesVersion: host.kubernetesVersion };
		},
		async create(spec, step) {
			if (making.has(spec.labId)) {
				throw new AppError("lab-being-made", `Lab ${spec.labId} is being made already.`, { kind: "conflict" });
			}
			preparing?.abort.abort(labsComeFirst());
			const abort = new AbortController();
			const signal = AbortSignal.any([step.signal, abort.signal]);
			const work = (async () => {
				signal.throwIfAborted();
				const whole = await adopt(spec.labId);
				if (whole) return whole;
				// Its container starts while the cluster does.
				warming = channel.warm();
				const contents = await createLab(context, spec, { signal, onStep: step.onStep });
				return createKindEnvironment(context, { labId: spec.labId, nodes: spec.cluster.nodes, contents }, channel);
			})();
			making.set(spec.labId, { abort, ended: work.catch(() => {}) });
			return work.finally(() => making.delete(spec.labId));
		},
		async destroy(labId) {
			labPaths(dataDir, labId);
			// What an earlier making has left is gone: this one has begun with its removal, and ends so.
			if (labId === preparing?.id) return;
			const removal = { labId };
			removing.add(removal);
			try {
				const running = making.get(labId);
				running?.abort.abort(new AppError("lab-removed", `Lab ${labId} is being removed.`));
				await running?.ended;
				await destroyLab(context, labId);
			} finally {
				removing.delete(removal);
			}
			await endEyes();
		},
		async prepare(cluster, signal, contents) {
			const dir = context.goldenDir;
			const key = goldenKey(host, cluster, contents);
			if (!dir || (await readGolden(dir, key))) return;
			const id = goldenId(key);
			if ((await anyLabRuns()) || making.size > 0 || preparing || isBeingRemoved(id)) throw labsComeFirst();
			const abort = new AbortController();
			const environmentOf = (labId: string) =>
				createKindEnvironment(context, { labId, nodes: cluster.nodes, contents: undefined }, channel);
			const ended = Promise.withResolvers<void>();
			preparing = { id, bytes: neededBytes(cluster), abort, ended: ended.promise };
			try {
				await tell();
				const either = AbortSignal.any([signal, abort.signal]);
				await prepareGolden(context, dir, { spec: cluster, contents, environmentOf, signal: either });
			} catch (error) {
				// The reason counts, not what was under way when it was ended.
				throw abort.signal.aborted ? abort.signal.reason : error;
			} finally {
				preparing = undefined;
				await tell().finally(ended.resolve);
				await endEyes();
			}
		},
		async toPrepare(wanted) {
			const dir = context.goldenDir;
			if (!dir) return [];
			const now = context.clock.now();
			const keys = wanted.map(({ cluster, contents }) => goldenKey(host, cluster, contents));
			const there = await Promise.all(keys.map((key) => hasGolden(dir, key)));
			await Promise.all(keys.map((key, index) => (there[index] ? touchGolden(dir, key, now) : undefined)));
			await pruneGolden(dir, { limitBytes: context.goldenLimitBytes ?? defaultLimitBytes, now });
			return wanted.filter((_, index) => !there[index] && !context.trust.isGivenUp(keys[index] ?? ""));
		},
		judge: (spec, asPrepared) => judgeContents(context, spec, asPrepared),
		neededBytes,
		async memory() {
			const told = (await grants?.heard()) ?? {};
			const labs = await labsOnHost(await docker.containers("fl-"));
			const meminfo = parseMeminfo(await readFile("/proc/meminfo", "utf8"));
			return shareMemory({ meminfo, instanceId, labs, told, limitBytes: options.memoryBytes, givesWay: (id) => id === preparing?.id });
		},
		async grant(labs) {
			granted = labs;
			await tell();
		},
		async coldRoom(cluster) {
			if (!(await canReclaim())) return null;
			const [meminfo, swaps] = await Promise.all(["/proc/meminfo", "/proc/swaps"].map((file) => readFile(file, "utf8")));
			return coldRoom(cluster, meminfo ?? "", swaps ?? "");
		},
		async close() {
			preparing?.abort.abort(labsComeFirst());
			await preparing?.ended;
			// One that was begun for a lab that never came, or outlived an engine that was killed.
			await endEyes().catch((error) => context.log.warn({ err: error }, "it is not known whether the prober is still needed"));
			await grants?.leave();
			await channel.close();
		},
	};
}

function labsComeFirst(): AppError {
	return new AppError("labs-come-first", "Labs are being made or used, and go first.", { kind: "conflict", retryable: true });
}
