import { readFile } from "node:fs/promises";
import type { LabOnHost } from "./capacity.ts";
import type { DockerRow } from "./docker.ts";

/** Where Docker puts a container's cgroup: version 1 and 2, with its own driver and with systemd's. */
const folders = (id: string) => [
	`/sys/fs/cgroup/memory/docker/${id}`,
	`/sys/fs/cgroup/memory/system.slice/docker-${id}.scope`,
	`/sys/fs/cgroup/docker/${id}`,
	`/sys/fs/cgroup/system.slice/docker-${id}.scope`,
];

// What the kernel could drop is left out, as MemAvailable counts it as free. Version 1 has no word for its own part of it.
const fields = { v1: ["total_rss", "total_shmem"], v2: ["anon", "shmem", "kernel_stack", "pagetables", "slab_unreclaimable", "sock"] };

/** Bytes in use that can't be dropped, of a cgroup and those below it. @param stat the text of its memory.stat */
export function usedBytes(stat: string): number {
	const values = new Map(stat.split("\n").map((line) => line.split(" ") as [string, string]));
	const names = values.has("total_rss") ? fields.v1 : fields.v2;
	return names.reduce((sum, name) => sum + Number(values.get(name) ?? 0), 0);
}

/** Null where the host does not say: another machine's Docker, or another cgroup driver. */
async function containerBytes(id: string): Promise<number | null> {
	for (const folder of folders(id)) {
		const stat = await readFile(`${folder}/memory.stat`, "utf8").catch(() => null);
		if (stat !== null) return usedBytes(stat);
	}
	return null;
}

const anyLab = /^fl-([a-z][a-z0-9]*)-([a-z][a-z0-9]*)-(.+)$/;
/** What has ended takes no memory; what was created is about to. */
const ended = new Set(["exited", "dead", "removing"]);

/** The labs of all instances that are on the host. @param rows containers as Docker lists them, others among them */
export async function labsOnHost(rows: readonly DockerRow[]): Promise<LabOnHost[]> {
	const labs = new Map<string, LabOnHost>();
	for (const { id, name, state } of rows) {
		const [, instanceId, labId, part] = anyLab.exec(name) ?? [];
		if (!instanceId || !labId || !part || ended.has(state)) continue;
		const key = `${instanceId}/${labId}`;
		const lab = labs.get(key) ?? { instanceId, labId, nodes: 0, frozen: true, usedBytes: 0 };
		const isNode = part === "control-plane" || part.startsWith("worker");
		const bytes = state === "created" ? 0 : await containerBytes(id);
		const sum = lab.usedBytes === null || bytes === null ? null : lab.usedBytes + bytes;
		const frozen = lab.frozen && state === "paused";
		labs.set(key, { ...lab, frozen, nodes: lab.nodes + Number(isNode), usedBytes: sum });
	}
	// Its nodes may be still to come.
	return [...labs.values()].map((lab) => ({ ...lab, nodes: Math.max(1, lab.nodes) }));
}
