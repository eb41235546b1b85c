import { cn } from "./cn.ts";

export type MarkVerdict = "pass" | "fail" | "unproven" | "error";

export const verdictText: Record<MarkVerdict, string> = {
	pass: "text-pass",
	fail: "text-fail",
	unproven: "text-unproven",
	error: "text-error",
};

const ring = 2 * Math.PI * 5.75;

/**
 * The mark of a verdict. Each has a shape of its own, so that colour is never alone: check, cross, ring, triangle.
 * @param share for `unproven`: how much of the needed sampling is done, 0 to 1
 * @param label what a screen reader says; without it the mark is decoration
 */
export function VerdictMark({
	verdict,
	share = 0,
	label,
	className,
}: {
	verdict: MarkVerdict;
	share?: number;
	label?: string;
	className?: string;
}) {
	return (
		// biome-ignore lint/a11y/noSvgWithoutTitle: it is named by `label`, or hidden
		<svg
			viewBox="0 0 16 16"
			fill="none"
			stroke="currentColor"
			strokeLinecap="round"
			strokeLinejoin="round"
			className={cn("size-4 shrink-0", verdictText[verdict], className)}
			data-verdict={verdict}
			{...(label ? { role: "img", "aria-label": label } : { "aria-hidden": true })}
		>
			{shapeOf(verdict, share)}
		</svg>
	);
}

function shapeOf(verdict: MarkVerdict, share: number) {
	switch (verdict) {
		case "pass":
			return <path d="M2.75 8.5 6.4 12.1 13.25 4.2" strokeWidth="2.1" />;
		case "fail":
			return <path d="m3.75 3.75 8.5 8.5m0-8.5-8.5 8.5" strokeWidth="2.1" />;
		case "unproven":
			return (
				<>
					<circle cx="8" cy="8" r="5.75" strokeWidth="2" opacity="0.35" />
					<circle
						cx="8"
						cy="8"
						r="5.75"
						strokeWidth="2"
						strokeLinecap="butt"
						strokeDasharray={`${ring * Math.min(1, Math.max(0.06, share))} ${ring}`}
						transform="rotate(-90 8 8)"
					/>
				</>
			);
		case "error":
			return (
				<>
					<path d="M8 2.2 14.4 13.4H1.6Z" strokeWidth="1.6" />
					<path d="M8 6.6v3.1M8 11.5v.01" strokeWidth="1.7" />
				</>
			);
	}
}
