"use client";
import { ToggleGroup } from "radix-ui";
import type { Layer } from "#lib/protocol/scenario.ts";
import { cn } from "#lib/ui/cn.ts";
import { RequestPath } from "#lib/ui/request-path.tsx";
import { layerNames, stations } from "#lib/ui/request-path-geometry.ts";

const item =
	"group flex flex-col items-center rounded-md text-xs text-muted transition-colors hover:text-ink focus-visible:outline-offset-[-2px] data-[state=on]:font-semibold data-[state=on]:text-accent";

/** The request path as a filter: choosing a station keeps the scenarios whose fault sits there. */
export function LayerFilter({
	value,
	counts,
	onChange,
}: {
	value: Layer | null;
	counts: ReadonlyMap<Layer, number>;
	onChange: (layer: Layer | null) => void;
}) {
	return (
		<ToggleGroup.Root
			type="single"
			value={value ?? ""}
			onValueChange={(chosen) => onChange((chosen || null) as Layer | null)}
			aria-label="Layer of the request path"
			className="relative select-none"
		>
			<div aria-hidden className="pointer-events-none absolute inset-x-0 top-0">
				<RequestPath layer={value} size="full" className="w-full" />
			</div>
			<div className="grid grid-cols-6">
				{stations.map((station) => (
					<ToggleGroup.Item key={station} value={station} className={cn(item, "pt-[44%]")}>
						{layerNames[station]}
						<Count of={counts.get(station) ?? 0} />
					</ToggleGroup.Item>
				))}
			</div>
			<ToggleGroup.Item value="node" className={cn(item, "mx-auto mt-0.5 flex-row gap-1.5 px-3 py-0.5")}>
				{layerNames.node}
				<Count of={counts.get("node") ?? 0} />
			</ToggleGroup.Item>
		</ToggleGroup.Root>
	);
}

function Count({ of }: { of: number }) {
	return (
		<span className="font-normal text-muted tabular-nums">
			{of}
			<span className="sr-only"> scenarios</span>
		</span>
	);
}
