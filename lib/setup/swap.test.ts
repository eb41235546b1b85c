import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { coldFinding } from "./doctor-cold.ts";
import { isSwapOn, parseSize, removeSwapFile, swapFileOf } from "./swap-file.ts";
import { askedSize, offerOf } from "./swap-offer.ts";

const gib = 1024 ** 3;
const meminfo = (availableGib: number, swapGib = 0) =>
	["MemTotal", 24, "MemAvailable", availableGib, "SwapTotal", swapGib, "SwapFree", swapGib]
		.flatMap((name, index, all) => (index % 2 === 0 ? [`${name}:  ${(all[index + 1] as number) * 1024 ** 2} kB`] : []))
		.join("\n");
const head = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";
const file = "/data/swapfile";

test("a swap file is offered with what it brings and what it costs, within the memory and the disk", () => {
	const offer = offerOf(meminfo(20), { freeDisk: 200 * gib, file });
	expect(offer?.sizeBytes).toBe(48 * gib);
	expect(offer?.words).toContain("48.0 GiB of disk (/data/swapfile)");
	expect(offer?.words).toMatch(/room for about 24 of them; .* for about 8\d\./);
	expect(offerOf(meminfo(20), { freeDisk: 52 * gib, file })?.sizeBytes).toBe(18 * gib);
});

test("none is offered that the disk has no room for, or that brings next to nothing", () => {
	expect(offerOf(meminfo(20), { freeDisk: 17 * gib, file })).toBeNull();
	expect(offerOf(meminfo(1), { freeDisk: 100 * gib, file })).toBeNull();
});

test("a size is read as programs write it; anything else is a wrong call", () => {
	expect([parseSize("16G"), parseSize("16GiB"), parseSize(" 512m ")]).toEqual([16 * gib, 16 * gib, 512 * 1024 ** 2]);
	for (const bad of ["", "16", "-1G", "1M", "16T", "G"]) expect(() => parseSize(bad)).toThrow("no size for a swap file");
	expect(askedSize(["--set-up-only"])).toBeNull();
	expect(askedSize(["--swap-file", "2G"])).toBe(2 * gib);
	expect(askedSize(["--swap-file=2G"])).toBe(2 * gib);
	expect(() => askedSize(["--swap-file"])).toThrow("no size");
});

test("only our own file is switched off, whatever else the host swaps to", async () => {
	expect(isSwapOn("/a b/swapfile", `${head}/a\\040b/swapfile file 1 0 -2\n`)).toBe(true);
	expect(isSwapOn("/b/swapfile", `${head}/a/b/swapfile file 1 0 -2\n`)).toBe(false);
	const dataDir = await mkdtemp(join(tmpdir(), "fl-swap-"));
	const signal = new AbortController().signal;
	try {
		expect(await removeSwapFile({ dataDir, signal })).toBe(false);
		await writeFile(swapFileOf(dataDir), "never switched on");
		expect(await removeSwapFile({ dataDir, signal })).toBe(true);
		await expect(stat(swapFileOf(dataDir))).rejects.toMatchObject({ code: "ENOENT" });
	} finally {
		await rm(dataDir, { recursive: true });
	}
});

test("doctor says how many labs can be ready in each tier, and why there is no cold one", () => {
	expect(coldFinding(meminfo(21), head, true)).toMatchObject({ ok: true, found: "none: no swap; room for 25 more labs in memory" });
	expect(coldFinding(meminfo(21, 16), `${head}/swapfile file 1 0 -2\n`, false).found).toContain("only root");
	expect(coldFinding(meminfo(21, 16), `${head}/swapfile file 1 0 -2\n`, true).found).toBe(
		"16.0 GiB of swap free; room for 25 more labs in memory, with swap for 45",
	);
	expect(coldFinding(meminfo(21, 16), `${head}/dev/zram0 partition 1 0 100\n`, true).found).toContain("compressed memory");
});
