/** The last probes, oldest left: a tall stroke was as expected, a short one was not. */
export function SampleStrip({ samples }: { samples: readonly boolean[] }) {
	if (samples.length === 0) return null;
	const good = samples.filter(Boolean).length;
	return (
		<svg
			viewBox={`0 0 ${samples.length * 5} 14`}
			width={samples.length * 5}
			height="14"
			className="block max-w-full"
			role="img"
			aria-label={`Of the last ${samples.length} probes ${good} were as expected`}
		>
			{samples.map((ok, index) => (
				<rect
					// biome-ignore lint/suspicious/noArrayIndexKey: a strip has no other identity than its place
					key={index}
					x={index * 5}
					y={ok ? 1 : 8}
					width="3"
					height={ok ? 12 : 5}
					rx="1"
					className={ok ? "fill-pass" : "fill-fail"}
				/>
			))}
		</svg>
	);
}
