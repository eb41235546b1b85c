import { AppError } from "../../lib/core/errors.ts";
import type { EngineClient } from "../../lib/protocol/client.ts";
import type { Lab, LabState } from "../../lib/protocol/lab.ts";
import type { Context } from "../context.ts";
import { duration } from "../output.ts";

/**
 * Follows a lab until it is in one of the states, saying each stage as it begins and ends.
 * @param quiet says nothing of stages: the lab is on its way out
 * @throws AppError of the lab, where it fails on the way; `lab-ended` where it ends otherwise
 */
export async function followUntil(
	context: Context,
	client: EngineClient,
	id: string,
	wanted: readonly LabState[],
	quiet = false,
): Promise<Lab> {
	const { output, signal } = context;
	const told = new Set<string>();
	let last: Lab | undefined;
	for await (const lab of client.stream("lab.watch", { id }, { signal })) {
		last = lab;
		for (const { name, startedAt, endedAt, usualMs } of quiet ? [] : lab.stages) {
			const begun = `${name}/${startedAt}`;
			if (!told.has(begun)) {
				told.add(begun);
				const usual = usualMs ? ` (usually ${duration(usualMs / 1000)})` : "";
				output.progress(output.paint(`  … ${name}${usual}`, "faint"));
			}
			if (endedAt !== null && !told.has(`${begun}/end`)) {
				told.add(`${begun}/end`);
				output.progress(`  ${output.paint("ok", "good")} ${name}, ${duration((endedAt - startedAt) / 1000)}`);
			}
		}
		if (wanted.includes(lab.state)) return lab;
		if (lab.state === "failed") {
			const { code, message, mend, step } = lab.failure ?? { code: "lab-failed", message: "The lab failed.", mend: undefined, step: "" };
			throw new AppError(code, step ? `${step}: ${message}` : message, mend ? { mend } : {});
		}
	}
	signal.throwIfAborted();
	if (last && wanted.includes(last.state)) return last;
	throw new AppError("lab-ended", `Lab ${id} ended before it was ${wanted.join(" or ")}.`, { mend: "npx faultline lab list" });
}
