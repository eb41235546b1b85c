import type { ITheme } from "@xterm/xterm";

const names = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"] as const;

/** Colours for where the page gives none: light and dark, each at 4.5:1 and more on its background. */
const defaults = {
	light: {
		background: "#fdfdfb",
		foreground: "#23262d",
		cursor: "#1f5fbf",
		selection: "#c9dcf5",
		normal: ["#2b2f38", "#b3261e", "#1d6b3a", "#7a5200", "#1f57b5", "#8a2a86", "#0b6470", "#62666d"],
		bright: ["#5c6068", "#c0322a", "#1f7541", "#845a05", "#2a63c4", "#97369a", "#0f6b78", "#23262d"],
	},
	dark: {
		background: "#0d1016",
		foreground: "#d9dce1",
		cursor: "#7fb2ff",
		selection: "#2b4468",
		normal: ["#7a808b", "#f08178", "#6fcf94", "#e2b95f", "#7fb2ff", "#d99be0", "#6cc9d6", "#cfd3d9"],
		bright: ["#949aa5", "#ff9d95", "#8ee3ae", "#f2cd7c", "#a0c7ff", "#e8b5ee", "#8fdde8", "#f4f5f7"],
	},
} as const;

/** Reads the terminal's colours where `element` stands, in any notation that the browser knows. */
export function readTheme(element: HTMLElement): ITheme {
	const read = colourReader(element);
	const page = read("--terminal-background", "");
	const scheme = page ? (isDark(page) ? "dark" : "light") : isDark(backgroundBehind(element)) ? "dark" : "light";
	const base = defaults[scheme];
	const theme: ITheme = {
		background: read("--terminal-background", base.background),
		foreground: read("--terminal-foreground", base.foreground),
		cursor: read("--terminal-cursor", base.cursor),
		cursorAccent: read("--terminal-background", base.background),
		selectionBackground: read("--terminal-selection", base.selection),
	};
	names.forEach((name, index) => {
		const bright = `bright${name[0]?.toUpperCase()}${name.slice(1)}` as "brightBlack";
		theme[name] = read(`--terminal-${name}`, base.normal[index] as string);
		theme[bright] = read(`--terminal-bright-${name}`, base.bright[index] as string);
	});
	return theme;
}

/** xterm reads hexadecimal colours; a canvas turns every other notation into them. */
function colourReader(element: HTMLElement) {
	const styles = getComputedStyle(element);
	const canvas = document.createElement("canvas");
	canvas.width = 1;
	canvas.height = 1;
	const context = canvas.getContext("2d", { willReadFrequently: true });
	return (variable: string, fallback: string): string => {
		const value = styles.getPropertyValue(variable).trim() || fallback;
		if (!context || !value) return value;
		context.clearRect(0, 0, 1, 1);
		context.fillStyle = "#000";
		context.fillStyle = value;
		context.fillRect(0, 0, 1, 1);
		const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
		return `#${[red, green, blue].map((part) => part.toString(16).padStart(2, "0")).join("")}`;
	};
}

function backgroundBehind(element: HTMLElement): string {
	const canvas = getComputedStyle(element).colorScheme;
	if (canvas.includes("dark") && !canvas.includes("light")) return "#000000";
	return matchMedia("(prefers-color-scheme: dark)").matches ? "#000000" : "#ffffff";
}

function isDark(hex: string): boolean {
	const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
	return 0.299 * red + 0.587 * green + 0.114 * blue < 128;
}
