import { expect, test } from "vitest";
import { isNewEnough } from "./go-toolchain.ts";

test.each([
	["go1.26.8", true],
	["go1.26", true],
	["go1.27rc1", true],
	["go2.0", true],
	["go1.25.9", false],
	["go1.9.2", false],
	["devel +abc", false],
])("%s is new enough: %s", (version, expected) => {
	expect(isNewEnough(version)).toBe(expected);
});
