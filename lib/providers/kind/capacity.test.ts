import { expect, test } from "vitest";
import { type LabOnHost, neededBytes, parseMeminfo, reserveBytes, shareMemory } from "./capacity.ts";
import { usedBytes } from "./lab-memory.ts";

const gib = 1024 ** 3;
const one = neededBytes({ nodes: 1 });
const lab = (instanceId: string, labId: string, used: number | null, nodes = 1): LabOnHost => ({
	instanceId,
	labId,
	nodes,
	frozen: false,
	usedBytes: used,
});
const share = (labs: LabOnHost[], options: { usedBytes?: number; limitBytes?: number; givesWay?: (id: string) => boolean } = {}) =>
	shareMemory({
		meminfo: { totalBytes: 16 * gib, availableBytes: 16 * gib - (options.usedBytes ?? 0) },
		...{ instanceId: "mine", labs, limitBytes: options.limitBytes, givesWay: options.givesWay ?? (() => false) },
	});

test("reads what the host has and what can be had", () => {
	expect(parseMeminfo("MemTotal:  24 kB\nMemFree: 1 kB\nMemAvailable:    10 kB\n")).toEqual({
		...{ totalBytes: 24 * 1024, availableBytes: 10 * 1024 },
	});
	expect(() => parseMeminfo("MemTotal: 1 kB\n")).toThrow("does not say");
});

test("asks more memory for more nodes", () => {
	expect(neededBytes({ nodes: 3 })).toBeGreaterThan(one);
});

test("keeps a reserve for the host, and counts what other programs take as gone", () => {
	expect(share([])).toEqual({ mostBytes: 16 * gib - reserveBytes, totalBytes: 16 * gib - reserveBytes, others: {}, labs: {} });
	expect(share([], { usedBytes: 4 * gib })).toMatchObject({ mostBytes: 16 * gib - reserveBytes, totalBytes: 12 * gib - reserveBytes });
	expect(share([], { usedBytes: 15.5 * gib }).totalBytes).toBe(0);
});

test("a lab that was just made counts with what it will take, whoever's it is", () => {
	const memory = share([lab("mine", "a", 0), lab("theirs", "b", 0.1 * gib, 2), lab("theirs", "c", 2 * gib)], { usedBytes: 2.1 * gib });
	expect(memory.labs).toEqual({ a: one });
	expect(memory.others).toEqual({ theirs: neededBytes({ nodes: 2 }) + 2 * gib });
	// All that is in use is labs'.
	expect(memory.totalBytes).toBe(16 * gib - reserveBytes);
});

test("a frozen lab takes no more than it does now, but those of others of which nobody tells may be thawed without asking", () => {
	const cold = (instanceId: string, labId: string): LabOnHost => ({ ...lab(instanceId, labId, 0.1 * gib), frozen: true });
	const memory = share([cold("mine", "a"), cold("theirs", "b")], { usedBytes: 0.2 * gib });
	expect(memory).toMatchObject({ labs: { a: 0.1 * gib }, others: { theirs: one } });
});

test("another instance's cold lab takes no more than it does now until that instance tells that it wakes it", () => {
	const meminfo = { totalBytes: 16 * gib, availableBytes: 15.9 * gib };
	const cold = { ...lab("theirs", "b", 0.1 * gib), frozen: true };
	const othersOf = (bytes: number, one = cold) =>
		shareMemory({ meminfo, instanceId: "mine", labs: [one], told: { theirs: { b: bytes } }, givesWay: () => false }).others;
	expect(othersOf(0)).toEqual({ theirs: 0.1 * gib });
	expect(othersOf(one)).toEqual({ theirs: one });
	// It runs already, and that is not told yet.
	expect(othersOf(0, { ...cold, frozen: false })).toEqual({ theirs: one });
});

test("what another instance has told that it grants counts before anything of it is on Docker, and once", () => {
	const told = { theirs: { b: one, c: 2 * one }, third: { d: one }, fourth: { e: 0 } };
	const labs = [lab("theirs", "b", 0)];
	const meminfo = { totalBytes: 16 * gib, availableBytes: 16 * gib };
	const memory = shareMemory({ meminfo, instanceId: "mine", labs, told, givesWay: () => false });
	expect(memory.others).toEqual({ theirs: 3 * one, third: one });
});

test("where the host does not say what a lab takes, it takes what it may", () => {
	expect(share([lab("mine", "a", null)], { usedBytes: one + gib }).totalBytes).toBe(15 * gib - reserveBytes);
});

test("a limit holds for this instance's labs, also where others leave less than it or take more", () => {
	const theirs = [lab("theirs", "b", 4 * gib)];
	expect(share([], { limitBytes: 2 * gib })).toMatchObject({ mostBytes: 2 * gib, totalBytes: 2 * gib });
	expect(share(theirs, { usedBytes: 4 * gib, limitBytes: 2 * gib })).toMatchObject({ mostBytes: 2 * gib, totalBytes: 6 * gib });
	expect(share([], { usedBytes: 14 * gib, limitBytes: 4 * gib }).totalBytes).toBe(2 * gib - reserveBytes);
});

test("what gives way by itself is room", () => {
	const memory = share([lab("mine", "gold1", 0.5 * gib)], { usedBytes: 0.5 * gib, givesWay: (id) => id === "gold1" });
	expect(memory).toMatchObject({ labs: {}, totalBytes: 16 * gib - reserveBytes });
});

test("counts what can't be dropped, of either version of cgroups", () => {
	expect(usedBytes("cache 900\nrss 1\ntotal_cache 900\ntotal_rss 70\ntotal_shmem 5\n")).toBe(75);
	expect(usedBytes("anon 70\nfile 900\nshmem 5\nkernel_stack 1\npagetables 2\nslab_unreclaimable 3\nsock 4\n")).toBe(85);
});
