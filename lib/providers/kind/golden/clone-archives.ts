import type { TarFile } from "../tar.ts";
import { certificatePem } from "./certificate.ts";
import type { Golden } from "./golden-file.ts";
import type { ClusterKeys, NodeIdentity } from "./identities.ts";
import { renamer, type Substitution } from "./rename.ts";
import type { TarEntry } from "./tar-entries.ts";
import { rewriteLog } from "./write-ahead-log.ts";

interface ArchiveOptions {
	golden: Golden;
	cluster: string;
	nodes: readonly NodeIdentity[];
	keys: ClusterKeys;
	/** Further files of every node: path → content. */
	files: Readonly<Record<string, string>>;
	/** Of this clone alone: its UUIDs follow from it. */
	secret: string;
	/** Milliseconds since the epoch. */
	now: number;
}

/** What goes onto the disk of each node of a clone, in order. */
export function cloneArchives({ golden, cluster, nodes, keys, files, secret, now }: ArchiveOptions): TarFile[][] {
	const rename = renamer([[golden.cluster, cluster], ...authorities(golden, keys)], secret);
	const addresses = golden.nodes.map(
		({ address }, index) => [new RegExp(`\\b${address.replaceAll(".", "\\.")}\\b`, "g"), nodes[index]?.address ?? ""] as const,
	);
	const modified = Math.floor(now / 1000);
	return golden.archives.map((entries, index) => [
		...entries.map((entry) => ({ ...entry, content: changed(entry, rename, addresses) })),
		...Object.entries(keys.files[index] ?? {}).map(([path, content]) => ({
			...{ path: path.slice(1), content, modified },
			mode: path.endsWith(".crt") || path.endsWith(".pub") ? 0o644 : 0o600,
		})),
		...Object.entries(files).map(([path, content]) => ({ path, content, modified, mode: path.endsWith(".sh") ? 0o755 : 0o644 })),
	]);
}

function changed(entry: TarEntry, rename: (bytes: Buffer) => Buffer, addresses: readonly (readonly [RegExp, string])[]): Buffer {
	if (entry.type !== "file" || entry.path.startsWith("opt/cni/") || entry.path.startsWith("usr/")) return entry.content;
	if (entry.path.endsWith(".wal")) return rewriteLog(entry.content, rename);
	const renamed = rename(entry.content);
	// Addresses are not of one length: in etcd they stay, and the new kubelets and the API server correct them.
	if (entry.path.startsWith("var/lib/etcd/")) return renamed;
	const text = addresses.reduce((before, [from, to]) => before.replaceAll(from, to), renamed.toString("latin1"));
	return Buffer.from(text, "latin1");
}

/** Certificates of authorities as they stand in the database: as text, and in kubeconfigs. */
function authorities(golden: Golden, keys: ClusterKeys): Substitution[] {
	return (["cluster", "frontProxy"] as const).flatMap((which): Substitution[] => {
		const from = certificatePem({ certificate: Buffer.from(golden.authorities[which], "base64") });
		const to = certificatePem({ certificate: keys.authorities[which] });
		const inKubeconfig = (text: string) => Buffer.from(text).toString("base64");
		return [
			[from, to],
			[inKubeconfig(from), inKubeconfig(to)],
			// In JSON, as lists of fields and annotations may hold it.
			[JSON.stringify(from).slice(1, -1), JSON.stringify(to).slice(1, -1)],
		];
	});
}
