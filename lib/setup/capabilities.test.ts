import { expect, test } from "vitest";
import { boundingSet, missingCapabilities } from "./capabilities.ts";

test("a full bounding set lacks nothing", () => {
	expect(missingCapabilities("000001ffffffffff", 40)).toEqual([]);
});

test("the missing bit is named", () => {
	expect(missingCapabilities("000001fffeffffff", 40)).toEqual(["CAP_SYS_RESOURCE"]);
});

test("a kernel that knows fewer capabilities asks for fewer", () => {
	expect(missingCapabilities("0000003fffffffff", 37)).toEqual([]);
	expect(missingCapabilities("0000003fffffffff", 40)).toEqual(["CAP_PERFMON", "CAP_BPF", "CAP_CHECKPOINT_RESTORE"]);
});

test("a capability newer than the list is named by its number", () => {
	expect(missingCapabilities("000001ffffffffff", 41)).toEqual(["CAP_41"]);
});

test("the bounding set is read, not the effective one", () => {
	expect(boundingSet("CapEff:\t0000000000000000\nCapBnd:\t000001ffffffffff\nCapAmb:\t0\n")).toBe("000001ffffffffff");
	expect(boundingSet("Name:\tnode\n")).toBeNull();
});
