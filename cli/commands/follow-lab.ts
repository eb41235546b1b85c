import { AppError } from "../../lib/core/errors.ts";
import type { EngineClient } from "../../lib/protocol/client.ts";
import type { Lab, LabState } from "../../lib/protocol/lab.ts";
import { queueLine } from "../../lib/ui/queue-words.ts";
import type { Context } from "../context.ts";
import { duration, type Output } from "../output.ts";

/** A place in the queue: words for people; a line of JSON with --json. */
function queueText(queue: NonNullable<Lab["queue"]>, output: Output): string {
	if (output.json) return JSON.stringify({ queue: { ...queue, waitMs: queue.expectedAt && Math.max(0, queue.expectedAt - Date.now()) } });
	return output.paint(`  … waiting for room: ${queueLine(queue, Date.now()).toLowerCase()}`, "faint");
}

/**
 * Follows a lab until it is in one of the states, saying its place while it waits for room, and each stage as it begins and ends.
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
	let place: Lab["queue"] = null;
	let last: Lab | undefined;
	for await (const lab of client.stream("lab.watch", { id }, { signal })) {
		last = lab;
		if (lab.queue && !quiet && (lab.queue.position !== place?.position || lab.queue.of !== place.of))
			output.progress(queueText(lab.queue, output));
		place = lab.queue;
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
