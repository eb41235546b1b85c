import { cn } from "./cn.ts";
import { RequestPath } from "./request-path.tsx";
import { layerNames, type PathLayer, stations } from "./request-path-geometry.ts";

/** The whole drawing with the names of its stations under it. */
export function LabelledPath({ layer, mended = false, className }: { layer: PathLayer; mended?: boolean; className?: string }) {
	const tone = mended ? "font-semibold text-pass" : "font-semibold text-accent";
	return (
		<div className={className}>
			<RequestPath layer={layer} mended={mended} size="full" className="w-full" />
			<div aria-hidden className="mt-1 grid grid-cols-6 text-center text-xs text-muted">
				{stations.map((station) => (
					<span key={station} className={cn(station === layer && tone)}>
						{layerNames[station]}
					</span>
				))}
			</div>
			{layer === "node" ? (
				<p aria-hidden className={cn("text-center text-xs", tone)}>
					{layerNames.node}
				</p>
			) : null}
		</div>
	);
}
