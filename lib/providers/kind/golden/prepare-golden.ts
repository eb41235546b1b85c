import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { z } from "zod";
import { AppError } from "../../../core/errors.ts";
import type { ClusterSpec, Contents, LabEnvironment, LabSpec } from "../../provider.ts";
import { podSubnet } from "../cluster-config.ts";
import { scaleDns, waitForCluster } from "../cluster-ready.ts";
import { createLab } from "../create-lab.ts";
import { destroyLab } from "../destroy-lab.ts";
import { type KindContext, type LabPaths, labPaths } from "../kind-context.ts";
import { kindCreate } from "../kind-create.ts";
import { labNames, nodeNames } from "../lab-names.ts";
import { ensureNetwork } from "../lab-network.ts";
import { ensureMirror } from "../mirror.ts";
import { tarArchive } from "../tar.ts";
import { cloneCluster } from "./clone-cluster.ts";
import { readyPods, waitForPods } from "./contents-ready.ts";
import { type Golden, type GoldenRecord, goldenKey, readGolden, writeGolden } from "./golden-file.ts";
import { defaultLimitBytes, makeRoom } from "./prune-golden.ts";
import { readTar, type TarEntry } from "./tar-entries.ts";
import { rewriteLog } from "./write-ahead-log.ts";

// Settling waits for controllers to take note and for the API server's own shutdown.
const settleTimeoutMs = 120_000;
/** What pods' addresses begin with, as a regular expression: `10\.244\.`. */
const podPrefix = podSubnet.replace(/\d+\.\d+\/.*$/, "").replaceAll(".", "\\.");
/** Files from this size on are looked at for copies: network agents put the same program into two folders. */
const programBytes = 1024 * 1024;

const inspected = z.tuple([
	z.object({
		Config: z.object({ Env: z.array(z.string()), Labels: z.record(z.string(), z.string()) }),
		HostConfig: z.object({
			Binds: z.array(z.string()).nullish(),
			Devices: z.array(z.object({ PathOnHost: z.string() })).nullish(),
			UsernsMode: z.string().nullish(),
		}),
		NetworkSettings: z.object({ Networks: z.record(z.string(), z.object({ IPAddress: z.string() })) }),
	}),
]);

/** The id under which a golden cluster's parts exist while it is made: as long as a lab's, and its own for each topology. */
export function goldenId(key: string): string {
	return `gold${key.slice(0, 4)}`;
}

export const isGoldenId = (id: string): boolean => /^gold[0-9a-f]{4}$/.test(id);

export interface Preparation {
	spec: ClusterSpec;
	/** What it is to hold besides its shape. */
	contents?: Contents | undefined;
	/** The environment of the lab that contents are brought into. */
	environmentOf(labId: string): LabEnvironment;
	signal: AbortSignal;
}

/**
 * Makes the golden cluster of a topology, and of contents, where there is none: a cluster as any other, brought to rest and
 * kept as what its nodes have on disk. Nothing of it runs afterwards; what an interrupted attempt has left is a stray lab to whoever looks.
 * @throws AppError `prepared-full` where no more is kept
 */
export async function prepareGolden(context: KindContext, dir: string, preparation: Preparation): Promise<void> {
	const { spec, contents, signal } = preparation;
	const key = goldenKey(context.host, spec, contents);
	if (await readGolden(dir, key)) return;
	await makeRoom(dir, { limitBytes: context.goldenLimitBytes ?? defaultLimitBytes, now: context.clock.now() });
	const id = goldenId(key);
	await destroyLab(context, id);
	try {
		const { record, archives } = await makeGolden(context, id, preparation);
		await destroyLab(context, id);
		// Tried before anybody counts on it: layers that can't be shared on this host show here and not in somebody's lab.
		await rehearse(context, { golden: { ...record, archives }, id, spec, signal });
		await writeGolden(dir, key, record, archives.map(tarArchive));
	} finally {
		await destroyLab(context, id);
	}
}

async function makeGolden(context: KindContext, id: string, { spec, contents, environmentOf, signal }: Preparation) {
	const paths = labPaths(context.dataDir, id);
	const step = { signal, onStep: () => {} };
	if (contents) {
		const lab: LabSpec = { labId: id, cluster: spec, access: contents.access, files: contents.files };
		await createLab(context, lab, step);
		await contents.fill(environmentOf(id), step);
	} else {
		await mkdir(paths.dir, { recursive: true, mode: 0o700 });
		await ensureNetwork(context, id, signal);
		await kindCreate(context, { labId: id, cluster: spec }, paths, step);
		await waitUntilReady(context, id, spec, signal);
	}
	const ready = await readyPods({ admin: adminOf(paths), clock: context.clock, signal });
	const { cluster } = labNames(context.instanceId, id);
	const nodes = nodeNames(cluster, spec.nodes);
	await settle(context, nodes, spec.kubeProxyMode, signal);
	const record: GoldenRecord = {
		cluster,
		authorities: {
			cluster: await certificateOf(context, nodes, "ca"),
			frontProxy: await certificateOf(context, nodes, "front-proxy-ca"),
		},
		ready,
		nodes: await Promise.all(nodes.map((node) => describeNode(context, node, paths.patches))),
	};
	const archives: TarEntry[][] = [];
	for (const [index, node] of nodes.entries()) {
		const file = join(paths.dir, `${index}.tar`);
		await collect(context, node, file, signal);
		archives.push(trim(readTar(await readFile(file))));
	}
	return { record, archives };
}

interface Rehearsal {
	golden: Golden;
	id: string;
	spec: ClusterSpec;
	signal: AbortSignal;
}

async function rehearse(context: KindContext, { golden, id, spec, signal }: Rehearsal): Promise<void> {
	const paths = labPaths(context.dataDir, id);
	await mkdir(paths.dir, { recursive: true, mode: 0o700 });
	const subnet = await ensureNetwork(context, id, signal);
	// Contents may need what labs pull from.
	await ensureMirror(context, id, { subnet, image: context.host.images.mirror, signal, fresh: true });
	await cloneCluster(context, { golden, labId: id, subnet, namespace: "default", paths, signal });
	await waitUntilReady(context, id, spec, signal);
	await waitForPods({ admin: adminOf(paths), clock: context.clock, signal }, golden.ready);
}

async function waitUntilReady(context: KindContext, id: string, spec: ClusterSpec, signal: AbortSignal): Promise<void> {
	const admin = adminOf(labPaths(context.dataDir, id));
	const nodes = nodeNames(labNames(context.instanceId, id).cluster, spec.nodes);
	const ready = { admin, clock: context.clock, signal, dnsReplicas: spec.dnsReplicas, nodes };
	await scaleDns(ready);
	await waitForCluster(ready);
}

function adminOf(paths: LabPaths): KubeConfig {
	const admin = new KubeConfig();
	admin.loadFromFile(paths.adminKubeconfig);
	return admin;
}

/** Brings a cluster to rest: what it has on disk afterwards is what clones start with. */
async function settle(context: KindContext, nodes: readonly string[], kubeProxyMode: string, signal: AbortSignal): Promise<void> {
	const controlPlane = nodes[0] ?? "";
	await Promise.all(
		nodes.map((node) => context.docker.must(["exec", node, "systemctl", "stop", "kubelet"], { timeoutMs: settleTimeoutMs, signal })),
	);
	await runOn(context, controlPlane, "settle.sh", [], signal);
	await Promise.all(nodes.map((node) => runOn(context, node, "rules.sh", [kubeProxyMode, podPrefix], signal)));
	await runOn(context, controlPlane, "rest.sh", [], signal);
}

/** Runs a script of this folder on a node. */
async function runOn({ docker }: KindContext, node: string, script: string, args: readonly string[], signal: AbortSignal): Promise<void> {
	const input = await readFile(join(import.meta.dirname, script), "utf8");
	await docker.must(["exec", "--interactive", node, "sh", "-s", ...args], { input, timeoutMs: settleTimeoutMs, signal });
}

async function collect(context: KindContext, node: string, file: string, signal: AbortSignal): Promise<void> {
	const archive = "/kind/golden.tar";
	await runOn(context, node, "collect.sh", [archive], signal);
	await context.docker.must(["cp", `${node}:${archive}`, file]);
}

async function certificateOf({ docker }: KindContext, nodes: readonly string[], name: string): Promise<string> {
	const pem = await docker.must(["exec", nodes[0] ?? "", "cat", `/etc/kubernetes/pki/${name}.crt`]);
	return pem.replaceAll(/-----[A-Z ]+-----|\s/g, "");
}

async function describeNode({ docker }: KindContext, name: string, patches: string): Promise<GoldenRecord["nodes"][number]> {
	const [{ Config, HostConfig, NetworkSettings }] = inspected.parse(JSON.parse(await docker.must(["inspect", name])));
	const proxy = Config.Env.find((one) => /^https?_proxy=./i.test(one));
	// kind tells nodes which addresses go past the proxy: those of the golden cluster's own network.
	if (proxy) throw new AppError("golden-proxy", `A cluster behind a proxy (${proxy}) is not cloned.`);
	return {
		name,
		address: Object.values(NetworkSettings.Networks)[0]?.IPAddress ?? "",
		role: Config.Labels["io.x-k8s.kind.role"] ?? "",
		env: Config.Env,
		binds: (HostConfig.Binds ?? []).filter((bind) => !bind.startsWith(`${patches}:`)),
		devices: (HostConfig.Devices ?? []).map((device) => device.PathOnHost),
		userns: HostConfig.UsernsMode ?? "",
	};
}

/**
 * The same without what etcd has only set aside and without a program's second copy, and with what waits for the API server
 * in a place of its own.
 */
export function trim(entries: readonly TarEntry[]): TarEntry[] {
	const first = new Map<string, string>();
	return entries.map((entry): TarEntry => {
		if (entry.path.endsWith(".wal")) return { ...entry, content: rewriteLog(entry.content, (data) => data) };
		if (entry.path.endsWith("member/snap/db")) return { ...entry, content: entry.content.subarray(0, usedBytes(entry.content)) };
		const later = /^etc\/kubernetes\/manifests\/(kube-(?:controller-manager|scheduler)\.yaml)$/.exec(entry.path)?.[1];
		if (later) return { ...entry, path: `kind/golden/manifests/${later}` };
		if (entry.type !== "file" || entry.content.length < programBytes) return entry;
		const sum = createHash("sha256").update(entry.content).digest("hex");
		const same = first.get(sum);
		if (same) return { ...entry, type: "link", content: Buffer.alloc(0), target: `/${same}` };
		first.set(sum, entry.path);
		return entry;
	});
}

/** Bytes up to the highest page that a bbolt database has given out: field `pgid` of its two meta pages, the newer counts. */
function usedBytes(database: Buffer): number {
	// After a page's header of 16 bytes: magic, version, page size and flags of 4 bytes, root and free list of 16 and 8.
	const pageBytes = database.readUInt32LE(24);
	const pages = [0, pageBytes].map((page) => Number(database.readBigUInt64LE(page + 56)));
	return Math.max(...pages) * pageBytes;
}
