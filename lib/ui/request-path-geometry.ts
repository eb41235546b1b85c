/** The stations of a request, in the order in which it meets them. */
export const stations = ["pod", "service", "endpoints", "dns", "policy", "edge"] as const;
export type Station = (typeof stations)[number];
/** `node` is no station: it is the ground that all of them stand on. */
export type PathLayer = Station | "node";

/** Names as Kubernetes writes them. */
export const layerNames: Record<PathLayer, string> = {
	pod: "Pod",
	service: "Service",
	endpoints: "Endpoints",
	dns: "DNS",
	policy: "Policy",
	edge: "Edge",
	node: "Node",
};

export interface PathShape {
	width: number;
	height: number;
	/** Where the request runs when nothing is broken. */
	y: number;
	/** The ground line. */
	ground: number;
	points: { station: Station; x: number; y: number; broken: boolean }[];
	/** The runs of line between the stations; a broken station has none beside it, only the short stubs of the fault. */
	runs: string[];
	/** The two strokes at a fault, slanted as a geologist draws one. */
	faults: string[];
}

export interface PathMetrics {
	/** Distance between stations. */
	step: number;
	/** Space that a station's glyph takes, from its middle. */
	radius: number;
	/** How far a broken station has slipped. */
	drop: number;
	/** Space above and below the line. */
	margin: number;
}

/**
 * Where everything of the request path is drawn.
 * @param broken the layer at fault, or null for a whole path
 */
export function requestPathShape(broken: PathLayer | null, { step, radius, drop, margin }: PathMetrics): PathShape {
	const y = margin;
	const ground = y + margin + drop;
	const points = stations.map((station, index) => ({
		station,
		x: step * (index + 0.5),
		y: station === broken ? y + drop : y,
		broken: station === broken,
	}));
	const runs: string[] = [];
	const faults: string[] = [];
	for (const [index, point] of points.entries()) {
		const next = points[index + 1];
		if (!next) break;
		const from = point.x + radius;
		const to = next.x - radius;
		if (!point.broken && !next.broken) {
			runs.push(`M${from} ${y}H${to}`);
			continue;
		}
		const middle = (from + to) / 2;
		const gap = Math.min(4, (to - from) / 4);
		const leave = middle - gap;
		const enter = middle + gap;
		runs.push(`M${from} ${point.y}H${leave}`, `M${enter} ${next.y}H${to}`);
		faults.push(`M${middle + drop * 0.35} ${y - drop * 0.6}L${middle - drop * 0.35} ${y + drop * 1.6}`);
	}
	return { width: step * stations.length, height: ground + 2, y, ground, points, runs, faults };
}
