import { z } from "zod";
import { AppError } from "../../core/errors.ts";
import type { LabEnvironment } from "../../providers/provider.ts";
import { stable } from "./comparable.ts";

const commandMs = 60_000;

/** What a node holds beside its objects, as lists of lines to compare as sets. */
export type NodeCensus = Record<NodeSection, string[]>;
const sections = ["nft", "iptables", "routes", "links", "sysctls", "files", "images", "addresses", "processes"] as const;
export type NodeSection = (typeof sections)[number];

/** Files whose change is restored; contents too, since they are kept. */
export const watchedFiles = [
	...["/etc/cni/net.d", "/etc/kubernetes/manifests", "/etc/containerd/certs.d", "/etc/containerd/config.toml", "/etc/hosts"],
	...["/etc/resolv.conf", "/var/lib/kubelet/config.yaml", "/var/lib/kubelet/kubeadm-flags.env", "/etc/sysctl.d"],
];

/** Values that the kernel draws, counts or only takes. */
const movingSysctls = "nf_conntrack_count|/flush|_secret|fastopen_key|nf_conntrack_events|/random|tcp_available|rt_cache|stable_secret";

/**
 * Says everything in one go: a program on a node costs a third of a second. Interfaces of pods come and go; a lease of an
 * address belongs to a sandbox, and one that outlives its sandbox is left over.
 */
const script = `
section() { echo "=== $1"; }
section nft; nft -j list ruleset
section iptables; for f in iptables ip6tables; do $f-save 2>/dev/null | sed -n 's/ \\[[0-9]*:[0-9]*\\]//; /^[*:-]/p' |
  awk -v f=$f '/^\\*/ { t = substr($0, 2); next } { print f, t, $0 }'; done
section routes; for f in -4 -6; do ip $f -o route show table all | grep -vE ' dev veth|^(local|multicast|anycast) .*veth' | sed "s/^/$f route /"
  ip $f rule | sed "s/^/$f rule /"; done
section links; ip -o link | grep -vE '^[0-9]+: veth' | sed -E 's/^[0-9]+: ([^:@]+)[^:]*: (<[^>]*>) mtu ([0-9]+) qdisc ([a-z_]+).*/\\1 \\2 mtu \\3 qdisc \\4/'
ip -o addr | awk '$2 !~ /^veth/ { print $2, $3, $4 }'
section sysctls; grep -rs '' /proc/sys/net | grep -vE '/veth|${movingSysctls}'
section files; find ${watchedFiles.join(" ")} -type f -print0 2>/dev/null | sort -z | xargs -0 -r sha256sum
section images; ctr -n k8s.io images ls -q
section addresses; for f in /run/cni-ipam-state/*/*.*.*.* /var/lib/cni/networks/*/*.*.*.*; do
  [ -f "$f" ] || continue; id=$(head -1 "$f" | tr -d '\\r'); ctr -n k8s.io containers info "$id" >/dev/null 2>&1 || echo "$f"; done
section processes; for p in /proc/[0-9]*; do
  read -r comm < $p/comm || continue; cgroup=$(tail -1 $p/cgroup 2>/dev/null)
  case "$cgroup" in
    *kubepods*pod*) uid=\${cgroup##*pod}; uid=\${uid%%.slice*}; uid=\${uid%%/*}; echo "pod \${uid//_/-} $comm" ;;
    *init.scope|*.service*|*.slice*|*.mount*|*.socket*) [ "$comm" = containerd-shim ] || echo "system $comm" ;;
    *) parent=$(awk '/^PPid/ { print $2 }' $p/status 2>/dev/null); [ "$parent" = 0 ] || [ "\${p#/proc/}" = $$ ] || [ "$parent" = $$ ] || echo "other $comm" ;;
  esac
done 2>/dev/null`;

/** @throws AppError `node-unreadable` */
export async function takeNode(
	environment: LabEnvironment,
	node: string,
	podNames: ReadonlyMap<string, string>,
	signal: AbortSignal,
): Promise<NodeCensus> {
	const result = await environment.nodeExec(node, ["bash", "-c", script], { timeoutMs: commandMs, signal });
	if (!result.stdout.includes("=== processes")) {
		throw new AppError("node-unreadable", `Node ${node} does not tell its state: ${result.stderr.trim().slice(-300)}`, { retryable: true });
	}
	return parseNode(result.stdout, podNames);
}

/** @param podNames what a pod belongs to, by its uid */
export function parseNode(text: string, podNames: ReadonlyMap<string, string>): NodeCensus {
	const parts = new Map(
		text.split(/^=== /m).map((part) => [part.slice(0, part.indexOf("\n")), part.slice(part.indexOf("\n") + 1)] as const),
	);
	const lines = (name: NodeSection) => (parts.get(name) ?? "").split("\n").filter((line) => line.trim() !== "");
	const census = Object.fromEntries(sections.map((name) => [name, lines(name)])) as NodeCensus;
	return {
		...census,
		nft: nftLines(parts.get("nft") ?? ""),
		iptables: census.iptables.map(withoutPods).filter((line) => !/ :(KUBE|CNI)-/.test(line)),
		sysctls: census.sysctls.map((line) => line.replaceAll("\t", " ")),
		processes: [
			...new Set(census.processes.filter((line) => line.startsWith("system "))),
			...census.processes.flatMap((line) => {
				const [where, uid = "", comm = ""] = line.split(" ");
				if (where === "system") return [];
				return [where === "pod" ? `pod of ${podNames.get(uid) ?? "nobody"}: ${comm}` : line];
			}),
		].sort(),
	};
}

const nftRuleset = z.object({ nftables: z.array(z.record(z.string(), z.unknown())) });

/** Tables that kube-proxy and the network agent write: what they hold follows from objects, some time later. */
const follow = /^(kube-proxy|network-)/;

const builtIn = /^(raw|mangle|nat|filter|security)$/;

/**
 * Rules, elements and hooks of every table, one a line. Empty chains of kube-proxy's are left out: it removes those of
 * endpoints that are gone with a later change only.
 */
function nftLines(text: string): string[] {
	const parsed = nftRuleset.safeParse(safeJson(text));
	if (!parsed.success) return [`unreadable: ${text.slice(0, 200)}`];
	return parsed.data.nftables
		.flatMap((entry) => {
			const [type, raw] = Object.entries(entry)[0] ?? [];
			if (!type || type === "metainfo") return [];
			const { handle: _, index: __, ...content } = raw as Record<string, unknown>;
			const table = String(type === "table" ? content.name : content.table);
			const following = follow.test(table);
			if (type === "chain" && following && content.hook === undefined) return [];
			// Written at the first full sync after kube-proxy has learnt the ranges of Services, which may be the one after a restart.
			if (following && content.comment === "Drop traffic to unallocated ClusterIPs") return [];
			// iptables makes its built-in chains when one is first used, and leaves them.
			if (type === "chain" && content.policy === "accept" && builtIn.test(table)) return [];
			// The portmap plugin leaves its own, empty, behind the first pod with a host port; the next one uses them again.
			if (type === "chain" && /^CNI-HOSTPORT-/.test(String(content.name))) return [];
			const said = {
				...content,
				...(Array.isArray(content.elem) ? { elem: content.elem.map((one) => withoutPods(stable(one))).sort() } : {}),
			};
			return [withoutPods(`${table} ${type} ${stable(withoutCounters(said))}`)];
		})
		.sort();
}

function withoutCounters(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(withoutCounters);
	if (value === null || typeof value !== "object") return value;
	return Object.fromEntries(
		Object.entries(value).map(([key, inner]) => [
			key,
			key === "counter" && inner !== null && typeof inner === "object" ? {} : withoutCounters(inner),
		]),
	);
}

/** A pod's address, its interface, and names that are made of an address. */
function withoutPods(text: string): string {
	return text
		.replaceAll(/(?<![\d.])10\.244\.\d+\.(?!0\/)\d+(\/32(?!\d))?/g, "POD")
		.replaceAll(/\bendpoint-[A-Z0-9]{8}-/g, "endpoint-")
		.replaceAll(/\bKUBE-SEP-[A-Z0-9]+/g, "KUBE-SEP")
		.replaceAll(/\bveth[0-9a-f]+/g, "veth");
}

function safeJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
