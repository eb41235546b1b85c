import { expect, test } from "vitest";
import { renamer } from "./rename.ts";

const uuid = "0f8fad5b-d9cb-469f-a165-70867728950e";

test("puts names in the place of others wherever they stand, and moves no byte", () => {
	const before = Buffer.concat([Buffer.from("\0\x12fl-golden-a"), Buffer.from([0xff, 0x80, 0xc3]), Buffer.from("fl-golden-b")]);
	const after = renamer([["fl-golden", "fl-mylab1"]], "secret")(before);
	expect(after).toEqual(Buffer.concat([Buffer.from("\0\x12fl-mylab1-a"), Buffer.from([0xff, 0x80, 0xc3]), Buffer.from("fl-mylab1-b")]));
});

test("gives each UUID another of its own, the same in every place and everywhere else in another clone", () => {
	const rename = renamer([], "one");
	const first = rename(Buffer.from(`uid=${uuid} owner=${uuid}`)).toString();
	expect(first).toMatch(/^uid=([0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}) owner=\1$/);
	expect(first).not.toContain(uuid);
	expect(rename(Buffer.from(`uid=${uuid} owner=${uuid}`)).toString()).toBe(first);
	expect(renamer([], "two")(Buffer.from(`uid=${uuid} owner=${uuid}`)).toString()).not.toBe(first);
});

test("refuses a name of another length: what follows it in a database would move", () => {
	expect(() => renamer([["fl-golden", "fl-lab"]], "secret")).toThrow(expect.objectContaining({ code: "lengths-differ" }));
});
