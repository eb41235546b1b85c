/** One measured figure. Ratios within one run: machines differ, and a busy one is slow at everything. */
export interface Figure {
	name: string;
	value: number;
	/** `ratio`, `s`, `samples` … */
	unit: string;
	/** In words: `≤ 0.2`. Null where it is only told. */
	goal: string | null;
	holds: boolean;
}

/** A figure that must not be larger than its goal. */
export function atMost(name: string, value: number, unit: string, most: number): Figure {
	return { name, value: round(value), unit, goal: `≤ ${most}`, holds: value <= most };
}

/** A figure that must not be smaller than its goal. */
export function atLeast(name: string, value: number, unit: string, least: number): Figure {
	return { name, value: round(value), unit, goal: `≥ ${least}`, holds: value >= least };
}

/** A figure that is only told. */
export function told(name: string, value: number, unit: string): Figure {
	return { name, value: round(value), unit, goal: null, holds: true };
}

/** @param share 0.5 is the median, 0.95 the 95th percentile (nearest rank) */
export function quantile(values: readonly number[], share: number): number {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

function round(value: number): number {
	return Number(value.toPrecision(3));
}
