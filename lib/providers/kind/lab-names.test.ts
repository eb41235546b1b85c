import { expect, test } from "vitest";
import { labIdOf, labNames, labParts, nodeNames, proberName } from "./lab-names.ts";

test("finds the lab in each of its names", () => {
	const names = labNames("inst0001", "lab00001");
	const all = [...labParts(names, 3), names.network];
	expect(all.map((name) => labIdOf("inst0001", name))).toEqual(Array(7).fill("lab00001"));
});

test("sees no lab in names of another instance or of the instance itself", () => {
	expect(labIdOf("inst0001", labNames("inst0002", "lab00001").workstation)).toBeUndefined();
	expect(labIdOf("inst0001", proberName("inst0001"))).toBeUndefined();
	expect(labIdOf("inst0001", "other-fl-inst0001-lab00001-mirror")).toBeUndefined();
});

test("names nodes as kind does", () => {
	expect(nodeNames("c", 3)).toEqual(["c-control-plane", "c-worker", "c-worker2"]);
});
