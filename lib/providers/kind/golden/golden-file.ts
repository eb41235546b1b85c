import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { AppError } from "../../../core/errors.ts";
import type { HostManifest } from "../../../core/host.ts";
import type { ClusterSpec, Contents } from "../../provider.ts";
import { clusterConfig, kubeadmPatches } from "../cluster-config.ts";
import { holdPolicies } from "../learner-hold.ts";
import { learnerPolicies } from "../learner-policy.ts";
import { learnerRbac } from "../learner-rbac.ts";
import type { TarEntry } from "./tar-entries.ts";
import { readTar } from "./tar-entries.ts";

/** Grows when what is kept of a golden cluster, or how, changes. */
const format = 3;

const goldenRecord = z.object({
	/** The golden cluster's name, as long as any lab's. */
	cluster: z.string(),
	/** Certificates of its authorities: base64 of DER. */
	authorities: z.object({ cluster: z.string(), frontProxy: z.string() }),
	/** Pods that were ready, `namespace/name`, but those that nodes make themselves: a clone has them back before it is whole. */
	ready: z.array(z.string()),
	nodes: z.array(
		z.object({
			name: z.string(),
			address: z.string(),
			role: z.string(),
			env: z.array(z.string()),
			/** `source:target:options`, as Docker writes them. */
			binds: z.array(z.string()),
			devices: z.array(z.string()),
			userns: z.string(),
		}),
	),
});
export type GoldenRecord = z.infer<typeof goldenRecord>;

/** A prepared cluster: its record, and by node what makes it this node. */
export interface Golden extends GoldenRecord {
	archives: TarEntry[][];
}

/**
 * What a golden cluster is kept under: another image, kind, Kubernetes or configuration is another golden cluster.
 * Add-ons are installed into the finished cluster and do not count.
 * @param contents what it holds besides its shape; the learner's rights are part of it
 */
export function goldenKey(
	host: Pick<HostManifest, "images" | "kindVersion" | "kubernetesVersion">,
	spec: ClusterSpec,
	contents?: Pick<Contents, "key" | "access">,
): string {
	const parts = [
		format,
		host.images.node,
		host.kindVersion,
		host.kubernetesVersion,
		clusterConfig("golden", spec, "/"),
		kubeadmPatches(spec),
		contents ? [contents.key, learnerPolicies(contents.access), holdPolicies(), learnerRbac(contents.access)] : [],
	];
	return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
}

/** Undefined where there is none, or none that can be read. */
export async function readGolden(dir: string, key: string): Promise<Golden | undefined> {
	const folder = join(dir, key);
	try {
		const record = goldenRecord.parse(JSON.parse(await readFile(join(folder, "golden.json"), "utf8")));
		const archives = await Promise.all(record.nodes.map(async (_, index) => readTar(await readFile(join(folder, `${index}.tar`)))));
		return { ...record, archives };
	} catch (error) {
		if (error instanceof AppError || error instanceof z.ZodError || error instanceof SyntaxError) return undefined;
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
		throw error;
	}
}

/** Whether there is one, without reading all of it. */
export async function hasGolden(dir: string, key: string): Promise<boolean> {
	const folder = join(dir, key);
	try {
		const { nodes } = goldenRecord.parse(JSON.parse(await readFile(join(folder, "golden.json"), "utf8")));
		const sizes = await Promise.all(nodes.map(async (_, index) => (await stat(join(folder, `${index}.tar`))).size));
		return sizes.every((bytes) => bytes > 0);
	} catch {
		return false;
	}
}

/** Notes that it is in use: those that nobody has used for long go first. */
export async function touchGolden(dir: string, key: string, now: number): Promise<void> {
	await utimes(join(dir, key), now / 1000, now / 1000).catch(() => {});
}

export async function removeGolden(dir: string, key: string): Promise<void> {
	await rm(join(dir, key), { recursive: true, force: true });
}

/** Puts it into its place as a whole; one that is there by now stays. */
export async function writeGolden(dir: string, key: string, record: GoldenRecord, archives: readonly Uint8Array[]): Promise<void> {
	const fresh = join(dir, `${key}.${process.pid}`);
	await rm(fresh, { recursive: true, force: true });
	await mkdir(fresh, { recursive: true, mode: 0o700 });
	for (const [index, archive] of archives.entries()) await writeFile(join(fresh, `${index}.tar`), archive);
	await writeFile(join(fresh, "golden.json"), JSON.stringify(record));
	if (await readGolden(dir, key)) return rm(fresh, { recursive: true, force: true });
	// What is there can't be read, or is not there at all.
	await rm(join(dir, key), { recursive: true, force: true });
	await rename(fresh, join(dir, key));
}
