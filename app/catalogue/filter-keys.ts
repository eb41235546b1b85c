import { layer as layers } from "#lib/protocol/scenario.ts";
import { type Filter, noFilter } from "./filter.ts";

/**
 * What a key does to the filter; null where the key means nothing here.
 * @param typing true where the focus is in the search field: there only Escape acts, so that digits can be typed
 */
export function filterAfterKey(filter: Filter, key: string, typing: boolean): Filter | null {
	if (key === "Escape") return filter.text || filter.layer || filter.level ? noFilter : null;
	if (typing) return null;
	if (/^[1-5]$/.test(key)) {
		const level = Number(key);
		return { ...filter, level: filter.level === level ? null : level };
	}
	if (key === "[" || key === "]") {
		const ring = [null, ...layers.options];
		const at = ring.indexOf(filter.layer) + (key === "]" ? 1 : -1);
		return { ...filter, layer: ring.at(at % ring.length) ?? null };
	}
	return null;
}
