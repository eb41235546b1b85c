import type { ScenarioInstance } from "../../scenarios/instance.ts";
import type { FixScript, WrongScript } from "../../scenarios/scripts.ts";

/** The script's own explanation: its first comment that is no header. */
function firstComment(text: string): string | undefined {
	const comments = text.split("\n").filter((line) => line.startsWith("#") && !/^#\s*(seeds|fails|reason|part|withstands):/.test(line));
	return comments[0]?.replace(/^#\s*/, "");
}

export function fixReason(script: FixScript): string {
	return firstComment(script.text) ?? "The scenario lists it as an accepted fix.";
}

export function wrongReason(script: WrongScript, { objectives, guards }: ScenarioInstance): string {
	const named = [...objectives, ...guards].find(({ id }) => id === script.fails);
	return firstComment(script.text) ?? `It leaves this undone, or breaks it: ${named?.title ?? script.fails}.`;
}
