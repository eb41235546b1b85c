import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { canReclaim } from "../../core/swap.ts";
import { coldRoom } from "./capacity.ts";
import { findCgroup, readUsage, reclaim } from "./cgroup.ts";

const id = "4f".repeat(32);
let folder: string;
let roots: { proc: string; cgroup: string };

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "fl-cgroup-"));
	roots = { proc: join(folder, "proc"), cgroup: join(folder, "cgroup") };
	await mkdir(join(roots.proc, "7"), { recursive: true });
});
afterEach(() => rm(folder, { recursive: true }));

const belongs = (text: string) => writeFile(join(roots.proc, "7", "cgroup"), text);

async function files(path: string, texts: Record<string, string>) {
	await mkdir(path, { recursive: true });
	for (const [name, text] of Object.entries(texts)) await writeFile(join(path, name), text);
}

test("on cgroup v1 a container's groups are those with its name, although its first process is in one below", async () => {
	await belongs(`11:cpu,cpuacct:/docker/${id}/init.scope\n4:memory:/docker/${id}/init.scope\n0::/docker/${id}/init.scope\n`);
	const group = await findCgroup({ id, pid: 7 }, roots);
	expect(group).toEqual({
		version: 1,
		memory: join(roots.cgroup, "memory/docker", id),
		cpu: join(roots.cgroup, "cpuacct/docker", id),
	});
	if (!group) return;
	await files(group.memory, { "memory.usage_in_bytes": "900\n", "memory.stat": "swap 1\ntotal_swap 80\n", "memory.limit_in_bytes": "-1" });
	await files(group.cpu, { "cpuacct.usage": "5000000\n" });
	expect(await readUsage(group)).toEqual({ memoryBytes: 900, swapBytes: 80, cpuMs: 5 });
	await reclaim(group, new AbortController().signal);
	// A file takes any limit, as the kernel does of what holds nothing: then it is what it was.
	expect(await readFile(join(group.memory, "memory.limit_in_bytes"), "utf8")).toBe("-1");
});

test("on cgroup v2 with systemd's driver as well", async () => {
	await belongs(`0::/system.slice/docker-${id}.scope/init.scope\n`);
	const group = await findCgroup({ id, pid: 7 }, roots);
	const path = join(roots.cgroup, "system.slice", `docker-${id}.scope`);
	expect(group).toEqual({ version: 2, memory: path, cpu: path });
	if (!group) return;
	await files(path, { "memory.current": "700\n", "memory.swap.current": "50\n", "cpu.stat": "usage_usec 9000\nuser_usec 1\n" });
	await files(path, { "memory.reclaim": "" });
	expect(await readUsage(group)).toEqual({ memoryBytes: 700, swapBytes: 50, cpuMs: 9 });
	await reclaim(group, new AbortController().signal);
	expect(await readFile(join(path, "memory.reclaim"), "utf8")).toBe("700");
});

test("a container that can't be seen from here has none, and a host that refuses says so", async () => {
	expect(await findCgroup({ id, pid: 7 }, roots)).toBeUndefined();
	await belongs("0::/../../elsewhere\n");
	expect(await findCgroup({ id, pid: 7 }, roots)).toBeUndefined();
	expect(await canReclaim(roots.cgroup)).toBe(false);
	await files(roots.cgroup, { "memory.reclaim": "" });
	expect(await canReclaim(roots.cgroup)).toBe(true);
	// The kernel makes these files; only where there is no folder can none be written.
	const gone = { version: 1 as const, memory: join(roots.cgroup, "gone"), cpu: roots.cgroup };
	await expect(reclaim(gone, new AbortController().signal)).rejects.toMatchObject({ code: "not-reclaimed" });
});

test("without swap there is no cold tier; swap in memory takes memory", () => {
	const cluster = { nodes: 1, kubeProxyMode: "iptables" as const, dnsReplicas: 1, addons: [] };
	const meminfo = (swap: number) => `MemTotal: 1 kB\nSwapTotal:    ${swap} kB\nSwapFree:     ${swap} kB\n`;
	const head = "Filename Type Size Used Priority\n";
	expect(coldRoom(cluster, meminfo(0), head)).toBeNull();
	const onDisk = coldRoom(cluster, meminfo(8_388_608), `${head}/swap file 8388604 0 -2\n`);
	const inMemory = coldRoom(cluster, meminfo(8_388_608), `${head}/dev/zram0 partition 8388604 0 100\n`);
	expect(onDisk?.freeSwapBytes).toBe(8 * 1024 ** 3 - 256 * 1024 ** 2);
	expect(inMemory?.memoryBytes).toBeGreaterThan(2 * (onDisk?.memoryBytes ?? 0));
});
