import type { ReactNode } from "react";
import { Wordmark } from "./masthead.tsx";

/** A page that says one thing: what happened, what is safe, what to press. */
export function Notice({ title, children, actions }: { title: string; children: ReactNode; actions?: ReactNode }) {
	return (
		<main className="mx-auto flex min-h-dvh max-w-xl flex-col justify-center px-6 pt-10 pb-24">
			<Wordmark />
			<h1 className="mt-8 text-xl font-semibold tracking-[-0.012em] text-balance">{title}</h1>
			<div className="mt-2 space-y-3 text-muted [&_code]:rounded-[4px] [&_code]:border [&_code]:border-hairline [&_code]:bg-sunken [&_code]:px-1.5 [&_code]:py-0.5 [&_code]:font-mono [&_code]:text-sm [&_code]:text-ink">
				{children}
			</div>
			{actions ? <div className="mt-6 flex flex-wrap gap-2">{actions}</div> : null}
		</main>
	);
}
