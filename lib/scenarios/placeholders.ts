/** `${name}` stands for a value of the variant; `$${name}` stays as `${name}` for shells inside manifests. */
const pattern = /(\$?)\$\{([A-Za-z][A-Za-z0-9]*)\}/g;

/** Values of one variant: name → text. */
export type VariantValues = Readonly<Record<string, string>>;

/**
 * Replaces every placeholder of a known name; an unknown one stays as it is (lint reports it).
 * @param text any file of a scenario
 */
export function substitute(text: string, values: VariantValues): string {
	return text.replace(pattern, (whole, escaped: string, name: string) => (escaped ? whole.slice(1) : (values[name] ?? whole)));
}

/** Substitutes in every string of a parsed document; `"${port}"` alone becomes a number where the value is one. */
export function substituteDeep<T>(value: T, values: VariantValues): T {
	if (typeof value === "string") {
		const replaced = substitute(value, values);
		const alone = /^\$\{[A-Za-z][A-Za-z0-9]*\}$/.test(value);
		return (alone && /^(0|[1-9][0-9]*)$/.test(replaced) ? Number(replaced) : replaced) as T;
	}
	if (Array.isArray(value)) return value.map((entry) => substituteDeep(entry, values)) as T;
	if (value !== null && typeof value === "object") {
		return Object.fromEntries(Object.entries(value).map(([key, entry]) => [substitute(key, values), substituteDeep(entry, values)])) as T;
	}
	return value;
}

/** Every placeholder in a text with the line it is on, counted from 1. */
export function placeholdersOf(text: string): { name: string; line: number }[] {
	const found: { name: string; line: number }[] = [];
	for (const match of text.matchAll(pattern)) {
		if (match[1]) continue;
		found.push({ name: match[2] as string, line: text.slice(0, match.index).split("\n").length });
	}
	return found;
}
