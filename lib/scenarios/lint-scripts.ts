import { runCommand } from "../core/run-command.ts";
import { filesBelow, type ScenarioFolder } from "./folder.ts";
import { mutatingCommands, partsOf } from "./parts.ts";
import type { AddProblem } from "./problem.ts";
import { header } from "./scripts.ts";

/** Every script parses as bash; wrong fixes say what must fail and why. */
export async function lintScripts(folder: ScenarioFolder, add: AddProblem): Promise<void> {
	const fixes = filesBelow(folder, "fixes", ".sh");
	const wrong = filesBelow(folder, "wrong", ".sh");
	if (Object.keys(fixes).length < 2) add("fixes", null, `${Object.keys(fixes).length} accepted fixes, at least two are needed`);
	if (Object.keys(wrong).length < 2) add("wrong", null, `${Object.keys(wrong).length} wrong fixes, at least two are needed`);
	const scripts = Object.entries({ ...fixes, ...wrong });
	const results = await Promise.all(scripts.map(([, text]) => runCommand("bash", ["-n"], { timeoutMs: 10_000, input: text })));
	for (const [index, parsed] of results.entries()) {
		const name = scripts[index]?.[0] ?? "";
		if (parsed.exitCode !== 0) {
			for (const line of parsed.stderr.trim().split("\n")) {
				const match = /line (\d+): (.+)$/.exec(line);
				add(name, match ? Number(match[1]) : null, `bash cannot parse it: ${match?.[2] ?? line}`);
			}
		}
	}
	for (const [name, text] of Object.entries(fixes)) {
		const count = mutatingCommands(text);
		if (count > 1 && partsOf(text).parts.length < 2) {
			add(
				name,
				1,
				`${count} commands change the cluster, and no parts are marked`,
				'Put a line "# part: <name>" before each, or "# part: <name> (optional: <reason>)": a proof leaves each out once.',
			);
		}
	}
	for (const [name, text] of Object.entries(wrong)) {
		for (const key of ["fails", "reason"]) {
			if (!header(text, key))
				add(
					name,
					1,
					`missing header "# ${key}: …"`,
					key === "fails" ? "Name the objective or guard that must fail." : "Give a part of the message that it must fail with.",
				);
		}
	}
}
