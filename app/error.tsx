"use client";
import { Button } from "#lib/ui/button.tsx";
import { Notice } from "./notice.tsx";

/** A page that threw. Its labs live in the engine and know nothing of it. */
export default function PageError({ error, retry }: { error: unknown; retry: () => void }) {
	const digest = error instanceof Error && "digest" in error ? String(error.digest) : null;
	return (
		<Notice
			title="This page failed"
			actions={
				<Button tone="primary" onClick={() => retry()}>
					Show it again
				</Button>
			}
		>
			<p>Only the page: your labs, their shells and their progress are kept by the engine, and go on.</p>
			{digest ? (
				<p>
					If it comes back, look for <code>{digest}</code> in what <code>npm start</code> prints.
				</p>
			) : null}
		</Notice>
	);
}
