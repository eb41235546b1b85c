import type { Lab } from "#lib/protocol/lab.ts";
import { Markdown } from "#lib/ui/markdown.tsx";

/** What the user reports: symptoms only. First in the order of focus, since it scrolls. */
export function Ticket({ lab }: { lab: Lab }) {
	return (
		// biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
		<section aria-label="Ticket" tabIndex={0} className="h-full overflow-y-auto px-4 py-3 focus-visible:outline-offset-[-2px]">
			<Markdown>{lab.ticket}</Markdown>
		</section>
	);
}
