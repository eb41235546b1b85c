import { expect, test } from "vitest";
import { noFilter } from "./filter.ts";
import { filterAfterKey } from "./filter-keys.ts";

test("a digit chooses a level, and the same digit lets it go", () => {
	const two = filterAfterKey(noFilter, "2", false);
	expect(two?.level).toBe(2);
	expect(filterAfterKey({ ...noFilter, level: 2 }, "2", false)?.level).toBeNull();
});

test("brackets walk through the layers and around the end", () => {
	expect(filterAfterKey(noFilter, "]", false)?.layer).toBe("pod");
	expect(filterAfterKey(noFilter, "[", false)?.layer).toBe("node");
	expect(filterAfterKey({ ...noFilter, layer: "node" }, "]", false)?.layer).toBeNull();
	expect(filterAfterKey({ ...noFilter, layer: "pod" }, "[", false)?.layer).toBeNull();
});

test("while typing only Escape acts, and only where there is something to clear", () => {
	expect(filterAfterKey(noFilter, "2", true)).toBeNull();
	expect(filterAfterKey(noFilter, "Escape", true)).toBeNull();
	expect(filterAfterKey({ ...noFilter, text: "dns" }, "Escape", true)).toEqual(noFilter);
});
