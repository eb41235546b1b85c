import { expect, test } from "vitest";
import { paletteMatch } from "./palette-match.ts";

test("the beginning of a word in the title counts most, a further word less, scattered letters not at all", () => {
	expect(paletteMatch("Theme: dark", "dark")).toBe(1);
	expect(paletteMatch("Theme: dark", "appear", ["appearance"])).toBe(0.5);
	expect(paletteMatch("After the hardening", "dark")).toBe(0);
	expect(paletteMatch("Reset to the broken state", "reset broken")).toBe(1);
});
