/**
 * Whether a command is meant: every word typed begins a word of its title or is found among its further words.
 * @returns 1 where the title has them all, 0.5 where the further words helped, 0 where it is not meant
 */
export function paletteMatch(title: string, typed: string, keywords: readonly string[] = []): number {
	const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
	const head = ` ${title.toLowerCase()}`;
	const rest = keywords.join(" ").toLowerCase();
	if (words.every((word) => head.includes(` ${word}`))) return 1;
	return words.every((word) => head.includes(word) || rest.includes(word)) ? 0.5 : 0;
}
