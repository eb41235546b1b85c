/** What a key press is compared with. */
interface KeyPress {
	key: string;
	code?: string;
	ctrlKey: boolean;
	shiftKey: boolean;
	altKey: boolean;
	metaKey: boolean;
}

/**
 * Whether a key press is the named one.
 * @param name as people write it: `Ctrl+Shift+M`, `Alt+Escape`, `Meta+K`
 */
export function isKey(press: KeyPress, name: string): boolean {
	const parts = name.split("+").map((part) => part.trim().toLowerCase());
	const key = parts.pop() ?? "";
	const wants = (...names: string[]) => names.some((one) => parts.includes(one));
	if (press.ctrlKey !== wants("ctrl", "control")) return false;
	if (press.shiftKey !== wants("shift")) return false;
	if (press.altKey !== wants("alt", "option")) return false;
	if (press.metaKey !== wants("meta", "cmd", "⌘")) return false;
	// The code stands in for layouts on which the letter is another with modifiers held.
	return press.key.toLowerCase() === key || press.code?.toLowerCase() === `key${key}`;
}
