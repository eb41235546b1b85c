import type { LabProbe, ProbeResult } from "../../providers/provider.ts";
import type { Check } from "../../scenarios/check-schema.ts";
import { dnsCheck } from "./dns.ts";
import { endpointsCheck } from "./endpoints.ts";
import { appCheck, httpCheck } from "./http.ts";
import type { CheckContext, CheckDialogue, Judgement } from "./judgement.ts";
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
 * Leads one dialogue to its end, at its own pace.
 * @param channel.send answers in the order of the probes
 * @param channel.wait resolves after so many milliseconds
 * @param channel.now milliseconds since the epoch
 * @param channel.onProgress called with what can be said before the end
 */
export async function converse(
	dialogue: CheckDialogue,
	channel: {
		send(probes: readonly LabProbe[]): Promise<ProbeResult[]>;
		wait(ms: number): Promise<void>;
		now(): number;
		onProgress?(soFar: Judgement): void;
	},
): Promise<Judgement> {
	let askedAt = channel.now();
	let turn = dialogue.next();
	while (!turn.done) {
		if ("pauseMs" in turn.value) {
			if (turn.value.soFar) channel.onProgress?.(turn.value.soFar);
			const { pauseMs, sinceAsked } = turn.value;
			await channel.wait(sinceAsked ? Math.max(0, askedAt + pauseMs - channel.now()) : pauseMs);
			turn = dialogue.next([]);
		} else {
			askedAt = channel.now();
			turn = dialogue.next(turn.value.length > 0 ? await channel.send(turn.value) : []);
		}
	}
	return turn.value;
}
