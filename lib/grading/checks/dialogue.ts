import type { LabProbe, ProbeResult } from "../../providers/provider.ts";
import type { Check } from "../../scenarios/check-schema.ts";
import { dnsCheck } from "./dns.ts";
import { endpointsCheck } from "./endpoints.ts";
import { appCheck, httpCheck } from "./http.ts";
import type { CheckContext, CheckDialogue, Judgement, Pause } from "./judgement.ts";
import { matrixCheck } from "./matrix.ts";
import { objectCheck } from "./object.ts";
import { reachCheck } from "./reach.ts";

/** The dialogue of any check. A further kind of check is one file and one line here. */
export function dialogueOf(check: Check, context: CheckContext): CheckDialogue {
	switch (check.type) {
		case "app":
			return appCheck(check, context);
		case "http":
			return httpCheck(check, context);
		case "dns":
			return dnsCheck(check, context);
		case "tcp":
		case "udp":
			return reachCheck(check, context);
		case "endpoints":
			return endpointsCheck(check, context);
		case "matrix":
			return matrixCheck(check, context);
		case "object":
			return objectCheck(check, context);
	}
}

/**
 * Leads all dialogues at once: what they ask in one round goes out as one batch. A round in which some pause is as long
 * as the longest pause.
 * @param wait resolves after so many milliseconds
 * @returns judgements in the order of the checks
 */
export async function converse(
	dialogues: readonly CheckDialogue[],
	send: (probes: readonly LabProbe[]) => Promise<ProbeResult[]>,
	wait: (ms: number) => Promise<void>,
): Promise<Judgement[]> {
	const judgements = new Map<CheckDialogue, Judgement>();
	let open = dialogues.map((dialogue) => ({ dialogue, turn: dialogue.next() }));
	for (;;) {
		for (const { dialogue, turn } of open) if (turn.done) judgements.set(dialogue, turn.value);
		open = open.filter(({ turn }) => !turn.done);
		if (open.length === 0) return dialogues.map((dialogue) => judgements.get(dialogue) as Judgement);
		const turns = open.map(({ turn }) => turn.value as LabProbe[] | Pause);
		const batches = turns.map((turn) => ("pauseMs" in turn ? [] : turn));
		const pauseMs = Math.max(0, ...turns.map((turn) => ("pauseMs" in turn ? turn.pauseMs : 0)));
		const probes = batches.flat();
		const [results] = await Promise.all([probes.length > 0 ? send(probes) : [], pauseMs > 0 ? wait(pauseMs) : undefined]);
		let at = 0;
		open = open.map(({ dialogue }, index) => {
			const end = at + (batches[index]?.length ?? 0);
			const turn = dialogue.next(results.slice(at, end));
			at = end;
			return { dialogue, turn };
		});
	}
}
