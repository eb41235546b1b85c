/** A part of a fix: what a proof leaves out to see that it is needed. */
export interface ScriptPart {
	name: string;
	/** Why a repair without it is one too; undefined where it is needed. */
	optional: string | undefined;
	text: string;
}

export interface ScriptParts {
	/** What stands before the first part: settings that all of them use. */
	preamble: string;
	parts: ScriptPart[];
}

const mark = /^#\s*part:\s*(.+?)\s*$/;
const optionalMark = /^(.+?)\s*\(optional:\s*(.+)\)$/;

/**
 * Splits a script at its lines `# part: <name>` and `# part: <name> (optional: <reason>)`.
 * @returns one part of no name where the script has no such lines
 */
export function partsOf(text: string): ScriptParts {
	const preamble: string[] = [];
	const parts: { name: string; optional: string | undefined; lines: string[] }[] = [];
	for (const line of text.split("\n")) {
		const title = mark.exec(line)?.[1];
		if (title === undefined) (parts.at(-1)?.lines ?? preamble).push(line);
		else {
			const optional = optionalMark.exec(title);
			parts.push({ name: optional?.[1] ?? title, optional: optional?.[2], lines: [] });
		}
	}
	if (parts.length === 0) return { preamble: "", parts: [{ name: "", optional: undefined, text }] };
	return { preamble: preamble.join("\n"), parts: parts.map(({ lines, ...part }) => ({ ...part, text: lines.join("\n") })) };
}

/** The verb stands first, but for options with their values: `kubectl -n shop patch`. */
const mutating =
	/\b(?:kubectl|k|helm)(?:\s+-\S+(?:\s+[^-\s]\S*)?)*?\s+(?:apply|patch|delete|create|replace|set|label|annotate|scale|expose|autoscale|run|taint|cordon|drain|edit|install|upgrade|uninstall|rollback|rollout\s+(?:restart|undo))\b/g;

/** How many commands of a script change the cluster; those that only print a manifest, and the text of manifests, do not count. */
export function mutatingCommands(text: string): number {
	const commands = withoutHeredocs(text)
		.replaceAll("\\\n", " ")
		.split(/[\n|;]|&&/)
		.filter((command) => !command.trim().startsWith("#") && !command.includes("--dry-run"));
	return commands.reduce((count, command) => count + (command.match(mutating)?.length ?? 0), 0);
}

function withoutHeredocs(text: string): string {
	let until: string | undefined;
	const kept: string[] = [];
	for (const line of text.split("\n")) {
		if (until === undefined) {
			kept.push(line);
			until = /<<-?\s*["']?(\w+)["']?/.exec(line)?.[1];
		} else if (line.trim() === until) until = undefined;
	}
	return kept.join("\n");
}
