/**
 * Copies text, also where the page is not a secure context (plain http on a local network has no clipboard API).
 * @returns false where the browser refused
 */
export async function copyText(text: string): Promise<boolean> {
	if (navigator.clipboard) {
		try {
			await navigator.clipboard.writeText(text);
			return true;
		} catch {
			// No permission: the old way may still work.
		}
	}
	return copyByCommand(text);
}

function copyByCommand(text: string): boolean {
	const before = document.activeElement;
	const area = document.createElement("textarea");
	area.value = text;
	area.readOnly = true;
	area.style.cssText = "position:fixed;top:0;left:0;width:1px;height:1px;opacity:0";
	document.body.append(area);
	area.select();
	const done = document.execCommand("copy");
	area.remove();
	if (before instanceof HTMLElement) before.focus();
	return done;
}
