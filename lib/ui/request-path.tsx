import { cn } from "./cn.ts";
import { layerNames, type PathLayer, type PathMetrics, requestPathShape, type Station } from "./request-path-geometry.ts";

// Each in a square of 20 around 0,0.
const glyphs: Record<Station, string> = {
	pod: "M-8-5.5a2.5 2.5 0 0 1 2.5-2.5h11a2.5 2.5 0 0 1 2.5 2.5v11a2.5 2.5 0 0 1-2.5 2.5h-11a2.5 2.5 0 0 1-2.5-2.5zM-3-3h6v6h-6z",
	service: "M-8.5 0a8.5 8.5 0 1 0 17 0a8.5 8.5 0 1 0-17 0M-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0",
	endpoints: "M-3-5.8a3 3 0 1 0 6 0a3 3 0 1 0-6 0M-8.8 4.6a3 3 0 1 0 6 0a3 3 0 1 0-6 0M2.8 4.6a3 3 0 1 0 6 0a3 3 0 1 0-6 0",
	dns: "M-8.5-8h12l5 8-5 8h-12zM-4.5-2.5h6M-4.5 2.5h6",
	policy: "M0-9.2 8-6.4V.4C8 5 4.6 7.8 0 9.6-4.6 7.8-8 5-8 .4v-6.8zM-3.2 0h6.4",
	edge: "M-8.7 0a8.7 8.7 0 1 0 17.4 0a8.7 8.7 0 1 0-17.4 0M-3.6 0a3.6 8.7 0 1 0 7.2 0a3.6 8.7 0 1 0-7.2 0M-8.7 0h17.4",
};

const metrics = {
	/** In a row of the catalogue. */
	mark: { step: 13, radius: 3.4, drop: 3.5, margin: 6 },
	/** At the head of a lab. */
	head: { step: 46, radius: 12, drop: 6, margin: 13 },
	/** The whole drawing. */
	full: { step: 100, radius: 15, drop: 8, margin: 18 },
} satisfies Record<string, PathMetrics>;

/**
 * The way of a request through a cluster, the same drawing everywhere: pod, Service, endpoints, DNS, policy, edge, on
 * the ground of the nodes. The layer at fault has slipped; `mended` draws the line whole again and marks where it was.
 */
export function RequestPath({
	layer,
	mended = false,
	size,
	className,
}: {
	layer: PathLayer | null;
	mended?: boolean;
	size: keyof typeof metrics;
	className?: string;
}) {
	const shape = requestPathShape(mended ? null : layer, metrics[size]);
	const tone = mended ? "text-pass" : "text-accent";
	const small = size === "mark";
	return (
		<svg
			viewBox={`0 0 ${shape.width} ${shape.height}`}
			fill="none"
			strokeLinecap="round"
			strokeLinejoin="round"
			className={cn("block shrink-0 overflow-visible", className)}
			{...(size === "full" ? {} : { width: shape.width, height: shape.height })}
			role="img"
			aria-label={pathLabel(layer, mended)}
		>
			<g className="text-line" stroke="currentColor" strokeWidth={small ? 1.2 : 1.4}>
				{shape.runs.map((run) => (
					<path key={run} d={run} />
				))}
			</g>
			<path
				d={`M${metrics[size].step * 0.5 - metrics[size].radius} ${shape.ground}H${shape.width - metrics[size].step * 0.5 + metrics[size].radius}`}
				className={layer === "node" ? tone : "text-hairline"}
				stroke="currentColor"
				strokeWidth={layer === "node" ? 2 : 1.2}
				strokeDasharray={layer === "node" && !mended ? (small ? "4 3" : "10 6") : undefined}
			/>
			<g className={tone} stroke="currentColor" strokeWidth={small ? 1.1 : 1.4}>
				{shape.faults.map((fault) => (
					<path key={fault} d={fault} />
				))}
			</g>
			{shape.points.map((point) => {
				const marked = point.station === layer;
				return (
					<g
						key={point.station}
						transform={`translate(${point.x} ${point.y})`}
						className={marked ? tone : small ? "text-line" : "text-muted"}
						stroke="currentColor"
					>
						{small ? (
							<circle r={marked ? 2.6 : 1.7} fill={marked ? "currentColor" : "var(--paper)"} strokeWidth="1.3" />
						) : (
							<path d={glyphs[point.station]} strokeWidth={marked ? 1.9 : 1.4} transform={size === "head" ? "scale(0.82)" : undefined} />
						)}
					</g>
				);
			})}
		</svg>
	);
}

function pathLabel(layer: PathLayer | null, mended: boolean): string {
	if (!layer) return "The path of a request: Pod, Service, Endpoints, DNS, Policy, Edge";
	return mended ? `Request path, mended at ${layerNames[layer]}` : `Request path, broken at ${layerNames[layer]}`;
}
