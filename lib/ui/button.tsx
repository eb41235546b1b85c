import { cva, type VariantProps } from "class-variance-authority";
import type { ComponentProps } from "react";
import { cn } from "./cn.ts";

export const buttonClass = cva(
	"inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md font-medium whitespace-nowrap transition-colors select-none disabled:cursor-not-allowed aria-disabled:cursor-not-allowed [&_svg]:shrink-0",
	{
		variants: {
			tone: {
				primary:
					"bg-accent text-accent-ink hover:bg-[color-mix(in_oklch,var(--accent)_88%,var(--ink))] disabled:bg-sunken disabled:text-muted disabled:shadow-[inset_0_0_0_1px_var(--hairline)]",
				quiet: "border border-line/60 bg-raised text-ink hover:border-line hover:bg-sunken disabled:border-hairline disabled:text-muted",
				ghost: "text-muted hover:bg-sunken hover:text-ink",
				danger:
					"border border-fail/60 bg-raised text-fail hover:border-fail hover:bg-fail-wash disabled:border-hairline disabled:text-muted",
			},
			size: { md: "h-8 px-3 text-sm", sm: "h-7 px-2 text-sm", icon: "size-8", lg: "h-9 px-4 text-base" },
		},
		defaultVariants: { tone: "quiet", size: "md" },
	},
);

export type ButtonProps = ComponentProps<"button"> & VariantProps<typeof buttonClass>;

export function Button({ tone, size, className, type = "button", ...rest }: ButtonProps) {
	return <button type={type} className={cn(buttonClass({ tone, size }), className)} {...rest} />;
}
