import type { V1LabelSelector } from "@kubernetes/client-node";

export type Labels = Readonly<Record<string, string>>;

/** Every namespace carries its name under this key; only the API server writes it. */
export const nameLabel = "kubernetes.io/metadata.name";

/** A value that no selector and no workload names; not a legal label, so it can't meet a real one. */
const freshValue = "(any other)";

/** More combinations than this are not told apart; far above what a person writes. */
const mostWorlds = 4096;

/** What a selector says of one label. */
interface Constraint {
	/** The only values it may have; undefined: any. */
	only?: ReadonlySet<string>;
	not: ReadonlySet<string>;
	mayBeAbsent: boolean;
}

/** Whether a selector takes these labels; an empty selector takes all, none (undefined) takes nothing. */
export function selects(selector: V1LabelSelector | undefined, labels: Labels): boolean {
	if (!selector) return false;
	const constraints = constraintsOf(selector);
	return constraints !== undefined && [...constraints].every(([key, constraint]) => permits(constraint, labels[key]));
}

/** The selector label by label: all of them must hold. Undefined where no labels at all can fit. */
export function constraintsOf(selector: V1LabelSelector): ReadonlyMap<string, Constraint> | undefined {
	const constraints = new Map<string, Constraint>();
	const demand = (key: string, next: Constraint) => {
		const known = constraints.get(key) ?? { not: new Set(), mayBeAbsent: true };
		const only = known.only && next.only ? new Set([...known.only].filter((value) => next.only?.has(value))) : (known.only ?? next.only);
		constraints.set(key, { only, not: new Set([...known.not, ...next.not]), mayBeAbsent: known.mayBeAbsent && next.mayBeAbsent });
	};
	const none = new Set<string>();
	for (const [key, value] of Object.entries(selector.matchLabels ?? {}))
		demand(key, { only: new Set([value]), not: none, mayBeAbsent: false });
	for (const { key, operator, values = [] } of selector.matchExpressions ?? []) {
		if (operator === "In") demand(key, { only: new Set(values), not: none, mayBeAbsent: false });
		else if (operator === "NotIn") demand(key, { not: new Set(values), mayBeAbsent: true });
		else if (operator === "Exists") demand(key, { not: none, mayBeAbsent: false });
		else demand(key, { only: none, not: none, mayBeAbsent: true });
	}
	const possible = [...constraints.values()].every(
		(constraint) => constraint.mayBeAbsent || !constraint.only || valuesOf(constraint).length > 0,
	);
	return possible ? constraints : undefined;
}

/** Whether a selector demands some label to have one of the values that it names: not empty, nor only "is there" or "is not". */
export function isSpecific(selector: V1LabelSelector | undefined): boolean {
	const constraints = selector && constraintsOf(selector);
	return constraints !== undefined && [...constraints.values()].some(({ only, mayBeAbsent }) => only !== undefined && !mayBeAbsent);
}

/**
 * Label sets that stand for all that a selector can take, as unlike `known` as it permits: where a label may have a value
 * that none of `known` has, no other value tells more, for sharing fewer labels with the known ones is never narrower.
 * @param options.impossible values that a label can't have, by key
 * @returns undefined where there are too many to tell
 */
export function unlikeliest(
	selector: V1LabelSelector,
	known: readonly Labels[],
	options: { impossible?: Readonly<Record<string, ReadonlySet<string>>>; neverAbsent?: string } = {},
): Labels[] | undefined {
	const constraints = constraintsOf(selector);
	if (!constraints) return [];
	let worlds: Record<string, string>[] = [{}];
	for (const [key, constraint] of constraints) {
		const choices = choicesFor(key, constraint, known, options);
		worlds = worlds.flatMap((world) => choices.map((value) => (value === undefined ? world : { ...world, [key]: value })));
		if (worlds.length > mostWorlds) return undefined;
	}
	return worlds;
}

function choicesFor(
	key: string,
	constraint: Constraint,
	known: readonly Labels[],
	{ impossible, neverAbsent }: { impossible?: Readonly<Record<string, ReadonlySet<string>>>; neverAbsent?: string },
): (string | undefined)[] {
	if (constraint.mayBeAbsent && key !== neverAbsent) return [undefined];
	if (!constraint.only) return [freshValue];
	const values = valuesOf(constraint).filter((value) => !impossible?.[key]?.has(value));
	const unknown = values.find((value) => known.every((labels) => labels[key] !== value));
	return unknown === undefined ? values : [unknown];
}

/**
 * A label set that carries `given` and that none of the selectors takes; undefined where each such set is taken by one.
 * Told by trying every combination of the values that the selectors name, one further value, and absence.
 */
export function notTaken(selectors: readonly V1LabelSelector[], given: Labels): Labels | undefined {
	const values = new Map<string, Set<string>>();
	for (const selector of selectors) {
		for (const [key, { only, not }] of constraintsOf(selector) ?? []) {
			if (given[key] !== undefined) continue;
			values.set(key, new Set([...(values.get(key) ?? [freshValue]), ...(only ?? []), ...not]));
		}
	}
	// Label by label, with only the selectors that may still take the set: one that takes it whatever comes ends the branch.
	const keys = [...values];
	const search = (labels: Record<string, string>, index: number, open: readonly V1LabelSelector[]): Labels | undefined => {
		const decided = new Set([...Object.keys(given), ...keys.slice(0, index).map(([key]) => key)]);
		const still: V1LabelSelector[] = [];
		for (const selector of open) {
			const constraints = [...(constraintsOf(selector) ?? [])];
			if (constraints.some(([key, constraint]) => decided.has(key) && !permits(constraint, labels[key]))) continue;
			if (constraints.every(([key]) => decided.has(key))) return undefined;
			still.push(selector);
		}
		const next = keys[index];
		if (!next || still.length === 0) return labels;
		for (const value of [undefined, ...next[1]]) {
			const found = search(value === undefined ? labels : { ...labels, [next[0]]: value }, index + 1, still);
			if (found) return found;
		}
		return undefined;
	};
	return search(
		{ ...given },
		0,
		selectors.filter((selector) => constraintsOf(selector) !== undefined),
	);
}

function permits({ only, not, mayBeAbsent }: Constraint, value: string | undefined): boolean {
	if (value === undefined) return mayBeAbsent;
	return (only?.has(value) ?? true) && !not.has(value);
}

function valuesOf({ only, not }: Constraint): string[] {
	return [...(only ?? [])].filter((value) => !not.has(value));
}
