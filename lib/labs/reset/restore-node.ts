import { AppError } from "../../core/errors.ts";
import type { LabEnvironment } from "../../providers/provider.ts";
import { type NodeCensus, watchedFiles } from "./census-node.ts";

const commandMs = 60_000;

/** The watched files as an archive, base64. */
export async function packNode(environment: LabEnvironment, node: string, signal: AbortSignal): Promise<string> {
	const paths = watchedFiles.map((path) => path.slice(1)).join(" ");
	return run(environment, node, `cd / && tar -cpf - $(ls -d ${paths} 2>/dev/null) | base64 -w 0`, signal);
}

/**
 * Brings a node back to what was recorded, as far as it can be: what is too much is removed, values and files are put
 * back. What can't be shows in the next census.
 */
export async function restoreNode(
	environment: LabEnvironment,
	node: string,
	parts: { record: NodeCensus; now: NodeCensus; files: string },
	signal: AbortSignal,
): Promise<void> {
	const commands = nodeCommands(parts.record, parts.now);
	if (commands.length > 0) await run(environment, node, `${commands.map((command) => `${command} 2>/dev/null`).join("\n")}\ntrue`, signal);
	if (parts.record.files.join("\n") === parts.now.files.join("\n")) return;
	const kept = new Set(parts.record.files.map(pathOf));
	const extra = parts.now.files.map(pathOf).filter((path) => !kept.has(path));
	await run(
		environment,
		node,
		`${extra.length > 0 ? `rm -f -- ${extra.map(quote).join(" ")}\n` : ""}base64 -d | tar -C / --overwrite -xpf -`,
		signal,
		parts.files,
	);
}

/** Ends the processes of every pod but those named: a sandbox that nothing runs in is removed at once. */
export async function killOtherPods(
	environment: LabEnvironment,
	node: string,
	uids: readonly string[],
	signal: AbortSignal,
): Promise<void> {
	const script = `keep=" ${uids.join(" ")} "
for p in /proc/[0-9]*; do
  cgroup=$(tail -1 $p/cgroup) || continue
  case "$cgroup" in *kubepods*pod*) ;; *) continue ;; esac
  uid=\${cgroup##*pod}; uid=\${uid%%.slice*}; uid=\${uid%%/*}; uid=\${uid//_/-}
  case "$keep" in *" $uid "*) ;; *) read -r comm < $p/comm && [ "$comm" != pause ] && kill -KILL "\${p#/proc/}" ;; esac
done 2>/dev/null; true`;
	await run(environment, node, script, signal);
}

/**
 * Forgets connections: the next one is judged by the rules as they are. Those to the API server stay, since a watch that is
 * cut in the middle ends without a word: CoreDNS answered with the address of a deleted Service for 20 to 40 s.
 * @param apiServer the address of the API server's own Service
 */
export async function flushConnections(environment: LabEnvironment, node: string, apiServer: string, signal: AbortSignal): Promise<void> {
	const script = `conntrack -D -p udp
conntrack -D -p icmp
conntrack -L -p tcp | awk '{ for (i = 1; i <= NF; i++) if ($i ~ /^dst=/) { print substr($i, 5); break } }' | sort -u |
while read -r address; do [ "$address" = ${quote(apiServer)} ] || conntrack -D -p tcp --orig-dst "$address"; done
true`;
	await run(environment, node, `{ ${script}\n} >/dev/null 2>&1`, signal);
}

/** Shell commands, each able to fail without harm to the next. */
export function nodeCommands(record: NodeCensus, now: NodeCensus): string[] {
	const extra = (section: keyof NodeCensus) => surplus(now[section], record[section]);
	const lacking = (section: keyof NodeCensus) => surplus(record[section], now[section]);
	const tables = (census: NodeCensus) =>
		census.nft.flatMap((line) => /^\S+ table (\{.*\})$/.exec(line)?.[1] ?? []).map((json) => JSON.parse(json));
	const known = new Set(tables(record).map(({ family, name }) => `${family} ${name}`));
	const newTables = tables(now)
		.map(({ family, name }) => `${family} ${name}`)
		.filter((table) => !known.has(table));
	const rules = extra("iptables").filter((line) => line.includes(" -A "));
	const chains = extra("iptables").filter((line) => line.includes(" :"));
	const links = extra("links")
		.map((line) => line.split(" ")[0] ?? "")
		.filter((name) => !record.links.some((line) => line.startsWith(`${name} `)));
	return [
		...rules.map((line) => line.replace(/^(\S+) (\S+) -A /, "$1 -t $2 -D ")),
		...chains.flatMap((line) => {
			const [program, table, chain] = line.split(" ");
			const name = quote(chain?.slice(1) ?? "");
			return [`${program} -t ${table} -F ${name}`, `${program} -t ${table} -X ${name}`];
		}),
		...newTables.filter((table) => !/^ip6? (nat|filter|mangle|raw|security)$/.test(table)).map((table) => `nft delete table ${table}`),
		...[...new Set(links)].map((name) => `ip link del ${quote(name)}`),
		...extra("routes").map(routeCommand("del")),
		...lacking("routes").map(routeCommand("add")),
		...lacking("sysctls").map((line) => {
			const at = line.indexOf(":");
			return `printf '%s\\n' ${quote(line.slice(at + 1))} > ${quote(line.slice(0, at))}`;
		}),
		...imageCommands(extra("images")),
		...extra("addresses").map((file) => `rm -f -- ${quote(file)}`),
		...extra("processes")
			.filter((line) => line.startsWith("other "))
			.map(
				(line) =>
					`for p in /proc/[0-9]*; do [ "$(cat $p/comm)" = ${quote(line.slice(6))} ] && [ "$(tail -1 $p/cgroup)" = "0::/" ] && kill -KILL "\${p#/proc/}"; done`,
			),
	];
}

function imageCommands(names: readonly string[]): string[] {
	return names.length > 0 ? [`ctr -n k8s.io images rm --sync ${names.map(quote).join(" ")}`] : [];
}

/** `-4 route default via 10.0.0.1 dev eth0` → `ip -4 route del default …`. */
function routeCommand(verb: "add" | "del") {
	return (line: string) => {
		const [family, what, ...words] = line.trim().split(/\s+/);
		if (what === "route") return `ip ${family} route ${verb} ${words.map(quote).join(" ")}`;
		const [priority = "", ...rule] = words;
		return `ip ${family} rule ${verb} ${rule.map(quote).join(" ")} priority ${quote(priority.replace(":", ""))}`;
	};
}

/** Lines that are more often in the first list. */
function surplus(more: readonly string[], less: readonly string[]): string[] {
	const left = new Map<string, number>();
	for (const line of less) left.set(line, (left.get(line) ?? 0) + 1);
	return more.filter((line) => {
		const count = left.get(line) ?? 0;
		left.set(line, count - 1);
		return count <= 0;
	});
}

function pathOf(line: string): string {
	return line.slice(line.indexOf("  ") + 2);
}

function quote(word: string): string {
	return `'${word.replaceAll("'", "'\\''")}'`;
}

async function run(environment: LabEnvironment, node: string, script: string, signal: AbortSignal, stdin?: string): Promise<string> {
	const result = await environment.nodeExec(node, ["bash", "-c", script], {
		timeoutMs: commandMs,
		signal,
		...(stdin === undefined ? {} : { stdin }),
	});
	if (result.exitCode === 0) return result.stdout;
	throw new AppError("node-not-restored", `Node ${node} could not be restored: ${result.stderr.trim().slice(-300)}`, { retryable: true });
}
