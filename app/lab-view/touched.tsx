import type { TouchedObject } from "#lib/protocol/report.ts";

const changes: Record<TouchedObject["change"], string> = {
	created: "made",
	changed: "changed",
	recreated: "made anew",
	deleted: "deleted",
};

/** What was changed since the fault, and how far it reaches. */
export function Touched({ touched }: { touched: readonly TouchedObject[] }) {
	if (touched.length === 0) return <p className="text-sm text-muted">Nothing in the cluster differs from what you found.</p>;
	return (
		<ul className="text-sm">
			{touched.map(({ object, change, fields, reach }) => (
				<li key={object + change} className="border-t border-hairline py-1.5 last:border-b">
					<span className="flex flex-wrap items-baseline gap-x-2">
						<span>{object}</span>
						<span className="text-muted">{changes[change]}</span>
					</span>
					{fields.length > 0 ? <code className="block break-words text-xs text-muted">{fields.join(", ")}</code> : null}
					{reach ? <span className="block text-muted">Reach: {reach}</span> : null}
				</li>
			))}
		</ul>
	);
}
