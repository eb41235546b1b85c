"use client";
import "@xterm/xterm/css/xterm.css";
import { type Ref, useEffect, useEffectEvent, useImperativeHandle, useRef, useState } from "react";
import { copyText } from "./clipboard.ts";
import type { Connection } from "./connection-state.ts";
import { createTerminal, type TerminalParts } from "./create-terminal.ts";
import { isKey } from "./keys.ts";
import { StatusLine } from "./status-line.tsx";
import { createTerminalConnection, type TerminalConnection } from "./terminal-connection.ts";
import { readTheme } from "./theme.ts";

export type { Connection } from "./connection-state.ts";

export interface TerminalHandle {
	focus(): void;
	/** Marks and shows the next match in the scrollback; false where there is none. */
	find(text: string, direction?: "next" | "previous"): boolean;
	clearFind(): void;
	/** False where nothing is selected. */
	copySelection(): boolean;
}

export interface TerminalPaneProps {
	ref?: Ref<TerminalHandle>;
	labId: string;
	shellId: string;
	/** What a screen reader calls it. */
	label?: string;
	/** False while a tab hides it. */
	visible?: boolean;
	autoFocus?: boolean;
	/** Pixels. */
	fontSize?: number;
	screenReaderMode?: boolean;
	/** Leaves the terminal by key (WCAG 2.1.2: Tab belongs to the shell). */
	leaveKey?: string;
	/** Where the focus goes then; by default to the line under the terminal. */
	onLeave?(): void;
	/** At everything that goes to the shell. */
	onType?(): void;
	onExit?(code: number): void;
	onConnection?(state: Connection): void;
	className?: string;
}

/** One shell of a lab, live. Fills its parent; props and colours are described in README.md. */
export function TerminalPane(props: TerminalPaneProps) {
	const { labId, shellId, label = "Terminal", visible = true, fontSize = 13, screenReaderMode = false, leaveKey = "Ctrl+Shift+M" } = props;
	const place = useRef<HTMLDivElement>(null);
	const leaveLine = useRef<HTMLParagraphElement>(null);
	const parts = useRef<TerminalParts | null>(null);
	const link = useRef<TerminalConnection | null>(null);
	const [connection, setConnection] = useState<Connection>({ kind: "connecting" });

	const leave = useEffectEvent(() => (props.onLeave ? props.onLeave() : leaveLine.current?.focus()));
	const leaves = useEffectEvent((press: KeyboardEvent) => isKey(press, leaveKey));
	const changed = useEffectEvent((state: Connection) => {
		setConnection(state);
		props.onConnection?.(state);
		if (state.kind === "open" && props.autoFocus) parts.current?.terminal.focus();
		if (state.kind === "ended" && state.code !== undefined) props.onExit?.(state.code);
	});
	const typed = useEffectEvent(() => props.onType?.());
	const first = useEffectEvent(() => ({ fontSize, screenReaderMode }));
	const fitNow = useEffectEvent(() => fitTerminal(place.current, parts.current));

	// One terminal and one connection for each shell.
	useEffect(() => {
		const element = place.current;
		if (!element) return;
		let over = false;
		let close = () => {};
		createTerminal(element, { ...first(), leaves: (press) => leaves(press), onLeave: () => leave() }).then(
			(made) => {
				if (over) return made.terminal.dispose();
				parts.current = made;
				fitNow();
				close = connect(made, { labId, shellId, onState: (state) => !over && changed(state), onType: () => typed() }, link);
			},
			(error: unknown) =>
				!over && changed({ kind: "failed", message: `The terminal could not be drawn: ${String(error)}`, mend: "Reload the page." }),
		);
		return () => {
			over = true;
			close();
			link.current = null;
			parts.current?.terminal.dispose();
			parts.current = null;
		};
	}, [labId, shellId]);

	// The place's size, and its coming into sight.
	useEffect(() => {
		const element = place.current;
		if (!element || !visible) return;
		let timer: ReturnType<typeof setTimeout> | undefined;
		const observer = new ResizeObserver(() => {
			clearTimeout(timer);
			timer = setTimeout(() => fitNow(), 80);
		});
		observer.observe(element);
		return () => {
			clearTimeout(timer);
			observer.disconnect();
		};
	}, [visible]);

	useEffect(() => {
		const options = parts.current?.terminal.options;
		if (!options) return;
		options.fontSize = fontSize;
		options.screenReaderMode = screenReaderMode;
		fitNow();
	}, [fontSize, screenReaderMode]);

	useEffect(() => {
		const refresh = () => {
			if (parts.current && place.current) parts.current.terminal.options.theme = readTheme(place.current);
		};
		const observer = new MutationObserver(refresh);
		observer.observe(document.documentElement, { attributes: true, attributeFilter: ["class", "style", "data-theme"] });
		const scheme = matchMedia("(prefers-color-scheme: dark)");
		scheme.addEventListener("change", refresh);
		return () => {
			observer.disconnect();
			scheme.removeEventListener("change", refresh);
		};
	}, []);

	useImperativeHandle(props.ref, () => handleOf(parts), []);

	return (
		<section aria-label={label} className={`flex h-full min-h-0 flex-col bg-[var(--terminal-background)] ${props.className ?? ""}`}>
			<div className="min-h-0 flex-1 overflow-hidden px-2 pt-2" data-shell={shellId}>
				<div ref={place} className="h-full w-full" />
			</div>
			<StatusLine connection={connection} leaveKey={leaveKey} leaveRef={leaveLine} onRetry={() => link.current?.retry()} />
		</section>
	);
}

/** Joins a terminal and its shell. @returns what ends it */
function connect(
	{ terminal }: TerminalParts,
	{ labId, shellId, onState, onType }: { labId: string; shellId: string; onState(state: Connection): void; onType(): void },
	link: { current: TerminalConnection | null },
): () => void {
	const made = createTerminalConnection({
		labId,
		shellId,
		show: (bytes, shown) => terminal.write(bytes, shown),
		onGap: () => terminal.write("\r\n\x1b[2m… output lost …\x1b[0m\r\n"),
		onState,
		size: () => ({ cols: terminal.cols, rows: terminal.rows }),
	});
	link.current = made;
	const listeners = [
		terminal.onData((text) => {
			made.type(text);
			onType();
		}),
		terminal.onBinary((text) => made.typeBytes(Uint8Array.from(text, (char) => char.charCodeAt(0)))),
		terminal.onResize(() => made.resize()),
	];
	return () => {
		for (const listener of listeners) listener.dispose();
		made.close();
	};
}

/** A hidden place has no size: the terminal then keeps the one it had. */
function fitTerminal(element: HTMLElement | null, parts: TerminalParts | null): void {
	if (element && parts && element.clientWidth > 40 && element.clientHeight > 20) parts.fit.fit();
}

function handleOf(parts: { current: TerminalParts | null }): TerminalHandle {
	return {
		focus: () => parts.current?.terminal.focus(),
		find(text, direction = "next") {
			const search = parts.current?.search;
			return (direction === "next" ? search?.findNext(text) : search?.findPrevious(text)) ?? false;
		},
		clearFind: () => parts.current?.search.clearDecorations(),
		copySelection() {
			const terminal = parts.current?.terminal;
			if (!terminal?.hasSelection()) return false;
			void copyText(terminal.getSelection());
			return true;
		},
	};
}
