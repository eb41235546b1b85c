/** Difficulty, 1 to 5, as strokes that rise. */
export function LevelMark({ level }: { level: number }) {
	return (
		<svg viewBox="0 0 25 12" width="25" height="12" role="img" aria-label={`Level ${level} of 5`} className="block shrink-0">
			{[1, 2, 3, 4, 5].map((step) => (
				<rect
					key={step}
					x={(step - 1) * 5 + 0.5}
					y={10 - step * 2}
					width="3"
					height={step * 2 + 1}
					rx="0.75"
					className={step <= level ? "fill-muted" : "fill-hairline"}
				/>
			))}
		</svg>
	);
}
