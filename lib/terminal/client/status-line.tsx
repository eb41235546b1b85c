import { type RefObject, useEffect, useState } from "react";
import type { Connection } from "./connection-state.ts";

export interface StatusLineProps {
	connection: Connection;
	leaveKey: string;
	onRetry(): void;
	/** Takes the focus when the terminal is left: Tab goes on from here. */
	leaveRef: RefObject<HTMLParagraphElement | null>;
}

/** The line under a terminal: how it stands with its shell, and how to get out of it by key. */
export function StatusLine({ connection, leaveKey, onRetry, leaveRef }: StatusLineProps) {
	return (
		<div className="flex min-h-6 shrink-0 items-center gap-3 border-t border-hairline px-3 text-xs text-muted">
			<p role="status" className="min-w-0 flex-1 truncate" data-connection={connection.kind}>
				<Words connection={connection} />
			</p>
			{connection.kind === "replaced" || connection.kind === "failed" ? (
				<button type="button" onClick={onRetry} className="shrink-0 text-accent underline underline-offset-2">
					{connection.kind === "replaced" ? "Take it back" : "Try again"}
				</button>
			) : null}
			<p ref={leaveRef} tabIndex={-1} className="shrink-0 outline-offset-2 max-sm:hidden">
				<Key name={leaveKey} /> leaves the terminal
			</p>
		</div>
	);
}

function Key({ name }: { name: string }) {
	return <kbd className="font-mono text-[11px] text-ink">{name}</kbd>;
}

function Words({ connection }: { connection: Connection }) {
	switch (connection.kind) {
		case "connecting":
			return "Connecting";
		case "open":
			return connection.trouble ? [connection.trouble.message, connection.trouble.mend].filter(Boolean).join(" ") : "Connected";
		case "waiting":
			return <Waiting since={connection.since} />;
		case "replaced":
			return "Opened elsewhere. This view stands still.";
		case "ended":
			return connection.code === undefined ? "This shell has ended." : `This shell has ended with exit code ${connection.code}.`;
		case "failed":
			return [connection.message, connection.mend].filter(Boolean).join(" ");
	}
}

/** The seconds are for eyes only: a screen reader is told once. */
function Waiting({ since }: { since: number }) {
	const [now, setNow] = useState(since);
	useEffect(() => {
		const timer = setInterval(() => setNow(Date.now()), 1000);
		return () => clearInterval(timer);
	}, []);
	return (
		<>
			Reconnecting <span aria-hidden="true">· {Math.max(0, Math.round((now - since) / 1000))} s</span>
		</>
	);
}
