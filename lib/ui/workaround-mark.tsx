import { cn } from "./cn.ts";

/** Traffic that flows another way than it should: no verdict, so no signal colour. */
export function WorkaroundMark({ className }: { className?: string }) {
	return (
		<svg
			viewBox="0 0 16 16"
			fill="none"
			stroke="currentColor"
			strokeWidth="1.8"
			strokeLinecap="round"
			strokeLinejoin="round"
			className={cn("size-4 shrink-0", className)}
			aria-hidden="true"
		>
			<path d="M1.5 11.5h2.2V4.5h8.6v7h2.2M6.5 11.5h3" />
		</svg>
	);
}
