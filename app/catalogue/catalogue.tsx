"use client";
import { Search } from "lucide-react";
import { useRouter } from "next/navigation";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import type { Lab } from "#lib/protocol/lab.ts";
import type { ScenarioSummary } from "#lib/protocol/scenario.ts";
import { Button } from "#lib/ui/button.tsx";
import { Kbd } from "#lib/ui/kbd.tsx";
import { useNow } from "#lib/ui/use-now.ts";
import { ContinueList } from "./continue-list.tsx";
import { countByLayer, countWords, type Filter, filterScenarios, nextFor, noFilter } from "./filter.ts";
import { filterAfterKey } from "./filter-keys.ts";
import { LayerFilter } from "./layer-filter.tsx";
import { LevelFilter } from "./level-filter.tsx";
import { NextUp } from "./next-up.tsx";
import { runningLabs } from "./running.ts";
import { ScenarioRow } from "./scenario-row.tsx";
import { useCatalogueCommands } from "./use-catalogue-commands.ts";
import { useLabs } from "./use-labs.ts";
import { useSlash } from "./use-slash.ts";
import { useStart } from "./use-start.ts";

/** What one can learn here, to be scanned, searched and started without a mouse. */
export function Catalogue({ scenarios, labs: initialLabs, renderedAt }: { scenarios: ScenarioSummary[]; labs: Lab[]; renderedAt: number }) {
	const router = useRouter();
	const now = useNow(renderedAt);
	const labs = useLabs(initialLabs);
	const [filter, setFilter] = useState<Filter>(noFilter);
	const { starting, start } = useStart();
	const search = useRef<HTMLInputElement>(null);
	const list = useRef<HTMLUListElement>(null);
	const shown = filterScenarios(scenarios, filter);
	const running = runningLabs(labs);
	const labOf = new Map(running.toReversed().map((lab) => [lab.scenario, lab.id]));
	const next = nextFor(scenarios.filter((one) => !labOf.has(one.slug)));

	useCatalogueCommands(scenarios, labs, start);
	useSlash(search);

	// What happened in another window is seen on coming back.
	useEffect(() => {
		const onVisible = () => document.visibilityState === "visible" && router.refresh();
		document.addEventListener("visibilitychange", onVisible);
		return () => document.removeEventListener("visibilitychange", onVisible);
	}, [router]);

	function move(by: number) {
		const rows = [...(list.current?.querySelectorAll<HTMLElement>("[data-row-action]") ?? [])];
		const at = rows.indexOf(document.activeElement as HTMLElement);
		if (at === 0 && by < 0) return search.current?.focus();
		rows[Math.min(rows.length - 1, Math.max(0, at + by))]?.focus();
	}

	/** Keys that act while the focus is in search or list: arrows move, 1 to 5 and the brackets filter from a row. */
	function onKeyDown(event: KeyboardEvent) {
		if (event.altKey || event.ctrlKey || event.metaKey) return;
		const typing = event.target === search.current;
		const filtered = filterAfterKey(filter, event.key, typing);
		if (filtered) setFilter(filtered);
		else if (event.key === "ArrowDown") move(1);
		else if (event.key === "ArrowUp" && !typing) move(-1);
		else return;
		event.preventDefault();
	}

	return (
		<main className="mx-auto max-w-5xl px-4 pt-7 pb-24 sm:px-6">
			<h1 className="sr-only">Catalogue</h1>
			{running.length > 0 || next ? (
				<div className="mb-10 grid gap-x-10 gap-y-6 md:auto-cols-fr md:grid-flow-col">
					<ContinueList labs={running} now={now} />
					<NextUp scenario={next} starting={starting === next?.slug} disabled={starting !== null} onStart={start} />
				</div>
			) : null}

			<div className="mx-auto mb-5 max-w-2xl">
				<LayerFilter value={filter.layer} counts={countByLayer(scenarios, filter)} onChange={(layer) => setFilter({ ...filter, layer })} />
			</div>
			{/* biome-ignore lint/a11y/noStaticElementInteractions: it hears the keys of the controls inside it */}
			<div onKeyDown={onKeyDown}>
				<div className="flex flex-wrap items-center gap-3">
					<div className="relative min-w-52 flex-1">
						<Search className="pointer-events-none absolute top-2.5 left-3 size-4 text-muted" aria-hidden />
						<input
							ref={search}
							type="search"
							value={filter.text}
							onChange={(event) => setFilter({ ...filter, text: event.target.value })}
							placeholder="Search by symptom, layer or name"
							aria-label="Search scenarios"
							className="h-9 w-full rounded-md border border-line/60 bg-raised pr-9 pl-9 text-base placeholder:text-muted hover:border-line [&::-webkit-search-cancel-button]:hidden"
						/>
						<Kbd className="pointer-events-none absolute top-[9px] right-2.5 max-sm:hidden">/</Kbd>
					</div>
					<LevelFilter value={filter.level} onChange={(level) => setFilter({ ...filter, level })} />
				</div>
				<div className="mt-5 flex items-baseline justify-between gap-4 border-b border-hairline px-2 pb-1.5 text-xs text-muted">
					<output aria-live="polite" className="tabular-nums">
						{countWords(shown.length, scenarios.length)}
					</output>
					<span className="max-sm:hidden">
						<Kbd>↑</Kbd> <Kbd>↓</Kbd> move, and from a row <Kbd>1</Kbd>–<Kbd>5</Kbd> level, <Kbd>[</Kbd> <Kbd>]</Kbd> layer
					</span>
				</div>
				<ul ref={list} aria-label="Scenarios">
					{shown.map((one) => (
						<ScenarioRow
							key={one.slug}
							scenario={one}
							labId={labOf.get(one.slug)}
							starting={starting === one.slug}
							disabled={starting !== null}
							onStart={start}
						/>
					))}
				</ul>
				{shown.length === 0 ? (
					<div className="px-2 py-10 text-muted">
						{scenarios.length === 0 ? (
							<p>
								There is no scenario here yet. A scenario is a folder below <code className="font-mono text-sm">scenarios/</code>.
							</p>
						) : (
							<>
								<p>Nothing fits. Words match title, symptom, layer and tags.</p>
								<Button className="mt-3" onClick={() => setFilter(noFilter)}>
									Show all
								</Button>
							</>
						)}
					</div>
				) : null}
			</div>
		</main>
	);
}
