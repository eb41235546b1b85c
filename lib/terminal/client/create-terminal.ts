import type { FitAddon } from "@xterm/addon-fit";
import type { SearchAddon } from "@xterm/addon-search";
import type { Terminal } from "@xterm/xterm";
import { copyText } from "./clipboard.ts";
import { isKey } from "./keys.ts";
import { readTheme } from "./theme.ts";

export interface TerminalParts {
	terminal: Terminal;
	fit: FitAddon;
	search: SearchAddon;
}

export interface TerminalLook {
	fontSize: number;
	screenReaderMode: boolean;
	/** True where this press leaves the terminal. */
	leaves(press: KeyboardEvent): boolean;
	onLeave(): void;
}

const ownFonts = '"JetBrains Mono Variable", "JetBrains Mono", ui-monospace, monospace';

/** Opens xterm with its add-ons in an element. Loaded on demand: xterm needs a browser already when it is imported. */
export async function createTerminal(element: HTMLElement, look: TerminalLook): Promise<TerminalParts> {
	const fontFamily = getComputedStyle(element).getPropertyValue("--font-mono").trim() || ownFonts;
	const [xterm, fitting, searching, links, unicode, clipboard] = await Promise.all([
		import("@xterm/xterm"),
		import("@xterm/addon-fit"),
		import("@xterm/addon-search"),
		import("@xterm/addon-web-links"),
		import("@xterm/addon-unicode11"),
		import("@xterm/addon-clipboard"),
		// Cells are measured once: with the fallback's width the text would drift from its cursor.
		Promise.all([400, 700].map((weight) => document.fonts.load(`${weight} ${look.fontSize}px ${fontFamily}`).catch(() => []))),
	]);
	const terminal = new xterm.Terminal({
		allowProposedApi: true,
		cursorBlink: false,
		fontFamily,
		fontSize: look.fontSize,
		lineHeight: 1.25,
		macOptionIsMeta: true,
		// Programs draw with fixed colours: keep those readable on either background.
		minimumContrastRatio: 4.5,
		rightClickSelectsWord: false,
		screenReaderMode: look.screenReaderMode,
		scrollback: 10_000,
		theme: readTheme(element),
	});
	const fit = new fitting.FitAddon();
	const search = new searching.SearchAddon();
	terminal.loadAddon(fit);
	terminal.loadAddon(search);
	terminal.loadAddon(new links.WebLinksAddon());
	terminal.loadAddon(new unicode.Unicode11Addon());
	terminal.unicode.activeVersion = "11";
	// A program may set the clipboard (OSC 52, as vim and tmux do) but not read it.
	terminal.loadAddon(
		new clipboard.ClipboardAddon(undefined, { readText: () => "", writeText: async (_, text) => void (await copyText(text)) }),
	);
	terminal.attachCustomKeyEventHandler((press) => handleKey(terminal, press, look));
	terminal.open(element);
	await drawWithWebGl(terminal);
	return { terminal, fit, search };
}

/** @returns false for keys that are not the shell's */
function handleKey(terminal: Terminal, press: KeyboardEvent, look: TerminalLook): boolean {
	if (look.leaves(press)) {
		if (press.type === "keydown") {
			press.preventDefault();
			look.onLeave();
		}
		return false;
	}
	if (isKey(press, "Ctrl+Shift+C") || isKey(press, "Ctrl+Insert")) {
		press.preventDefault();
		if (press.type === "keydown" && terminal.hasSelection()) void copyText(terminal.getSelection()).then(() => terminal.focus());
		return false;
	}
	// Left to the browser: its own paste event reaches xterm, with or without a clipboard API.
	return !(isKey(press, "Ctrl+Shift+V") || isKey(press, "Shift+Insert"));
}

/** Falls back to drawing with elements where there is no WebGL, or when its context is taken away. */
async function drawWithWebGl(terminal: Terminal): Promise<void> {
	try {
		const { WebglAddon } = await import("@xterm/addon-webgl");
		const webgl = new WebglAddon();
		webgl.onContextLoss(() => webgl.dispose());
		terminal.loadAddon(webgl);
	} catch {
		// Slower, and the same to look at.
	}
}
