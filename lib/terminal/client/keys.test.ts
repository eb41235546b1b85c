import { expect, test } from "vitest";
import { isKey } from "./keys.ts";

const press = (key: string, held: string[] = [], code = "") => ({
	key,
	code,
	ctrlKey: held.includes("ctrl"),
	shiftKey: held.includes("shift"),
	altKey: held.includes("alt"),
	metaKey: held.includes("meta"),
});

test.each([
	[press("M", ["ctrl", "shift"]), "Ctrl+Shift+M", true],
	[press("m", ["ctrl", "shift"]), "ctrl + shift + m", true],
	[press("ь", ["ctrl", "shift"], "KeyM"), "Ctrl+Shift+M", true],
	[press("m", ["ctrl"]), "Ctrl+Shift+M", false],
	[press("M", ["ctrl", "shift", "alt"]), "Ctrl+Shift+M", false],
	[press("Escape", ["alt"]), "Alt+Escape", true],
	[press("k", ["meta"]), "Cmd+K", true],
	[press("F6"), "F6", true],
])("%j is %s: %s", (event, name, is) => expect(isKey(event, name)).toBe(is));
