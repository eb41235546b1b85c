import { AppError } from "../../core/errors.ts";
import type { LabEnvironment } from "../../providers/provider.ts";
import type { ScenarioInstance } from "../../scenarios/instance.ts";

const scriptMs = 180_000;

/** Runs a script as the learner would type it, on the workstation. @throws AppError `script-failed` unless it may fail */
export async function runScript(
	environment: LabEnvironment,
	instance: ScenarioInstance,
	text: string,
	signal: AbortSignal,
	ending: "must-succeed" | "may-fail" = "must-succeed",
): Promise<void> {
	const result = await environment.exec(["bash", "-euo", "pipefail", "-s"], {
		timeoutMs: scriptMs,
		signal,
		stdin: text,
		env: instance.values,
	});
	if (result.exitCode === 0 || ending === "may-fail") return;
	const said = (result.stderr.trim() || result.stdout.trim()).split("\n").slice(-6).join(" / ");
	throw new AppError("script-failed", `the script ended with ${result.exitCode}: ${said}`);
}
