"use client";
import { ToggleGroup } from "radix-ui";

/** Levels 1 to 5, one or none of them. */
export function LevelFilter({ value, onChange }: { value: number | null; onChange: (level: number | null) => void }) {
	return (
		<ToggleGroup.Root
			type="single"
			value={value === null ? "" : String(value)}
			onValueChange={(chosen) => onChange(chosen ? Number(chosen) : null)}
			aria-label="Level"
			className="inline-flex h-9 items-stretch overflow-hidden rounded-md border border-line/60 bg-raised"
		>
			<span aria-hidden className="flex items-center border-r border-hairline px-2.5 text-sm text-muted">
				Level
			</span>
			{[1, 2, 3, 4, 5].map((level) => (
				<ToggleGroup.Item
					key={level}
					value={String(level)}
					aria-label={`Level ${level}`}
					className="w-8 text-sm text-muted tabular-nums transition-colors hover:bg-sunken hover:text-ink focus-visible:outline-offset-[-2px] data-[state=on]:bg-accent-wash data-[state=on]:font-semibold data-[state=on]:text-accent"
				>
					{level}
				</ToggleGroup.Item>
			))}
		</ToggleGroup.Root>
	);
}
