import type { Evidence } from "../../protocol/report.ts";
import type { LabProbe, ProbeResult } from "../../providers/provider.ts";
import type { CheckOf } from "../../scenarios/check-schema.ts";
import { outcomeInWords } from "../outcome-words.ts";
import type { CheckContext, CheckDialogue, Judgement } from "./judgement.ts";
import { type Ask, type MatrixPlan, planMatrix, probeOf, untilGrown } from "./matrix-plan.ts";

/** So many wrong cells are named; the rest is a number. */
const mostNamed = 3;
/** A glance takes a silence of so long for a drop: a first word that is lost is sent again after a second (RFC 6298). */
const glanceMs = 1000;

/**
 * Who reaches whom, all cells at once. A deny counts only beside its two controls in the same round, and only when it
 * still stands at the end of the hold window.
 */
export function* matrixCheck(check: CheckOf<"matrix">, context: CheckContext): CheckDialogue {
	const plan = planMatrix(check, context);
	const denyMs = context.holds ? check.timeoutMs : Math.min(check.timeoutMs, glanceMs);
	const ask = (): LabProbe[] => plan.asks.map((one) => probeOf(one, one.expect === "denied" ? denyMs : check.timeoutMs));
	if (plan.unfit.length > 0) return judge(plan, [], "");
	const holdMs = context.holds && check.deny.length > 0 ? check.holdMs : 0;
	const growMs = untilGrown(plan.pods, holdMs, context.now);
	if (growMs > 0) yield { pauseMs: growMs };
	const first = judge(plan, yield ask(), "");
	if (first.verdict !== "pass" || holdMs === 0) return first;
	yield { pauseMs: holdMs, sinceAsked: true };
	return judge(plan, yield ask(), `, held for ${holdMs / 1000} s`);
}

function judge(plan: MatrixPlan, results: readonly ProbeResult[], held: string): Judgement {
	const broken = results.find(({ outcome }) => outcome === "prober-error");
	const wrong = plan.asks.map((ask, index) => (results.length > 0 ? wrongWith(ask, index, plan.asks, results) : undefined));
	const evidence = [...plan.sources].map(([id, { from }]) => evidenceOf(id, from, plan.asks, wrong, results.length > 0));
	if (broken) {
		return { verdict: "error", message: `The table could not be judged: Faultline's prober failed (${broken.detail}).`, evidence };
	}
	// One line for each cell; what should be open and is not explains most of the rest.
	const cells = new Map<string, string>();
	plan.asks.forEach(({ source, destination, expect }, index) => {
		const key = `${expect}/${source}/${destination}`;
		const words = wrong[index];
		if (words !== undefined && !cells.has(key)) cells.set(key, words);
	});
	const named = [...plan.unfit, ...cells.values()];
	if (named.length > 0) {
		const more = named.length - mostNamed;
		const message = `${named.slice(0, mostNamed).join("; ")}${more > 0 ? `; and ${more} more` : ""}.`;
		return { verdict: "fail", message, evidence };
	}
	const count = (expect: Ask["expect"]) =>
		new Set(plan.asks.filter((ask) => ask.expect === expect).map((ask) => `${ask.source}/${ask.destination}`)).size;
	const message = `As expected: ${count("open")} ways open, ${count("denied")} denied by policy${held}; ${results.length} probes.`;
	return { verdict: "pass", message, evidence };
}

/** What is wrong with one probe of the table, in words; undefined where it is as expected. */
function wrongWith(ask: Ask, index: number, asks: readonly Ask[], results: readonly ProbeResult[]): string | undefined {
	const result = results[index] as ProbeResult;
	const seen = outcomeInWords(result);
	const open = result.outcome === "answered";
	if (ask.expect === "open") return open ? undefined : `${ask.words} expected open, ${seen}`;
	// Dropped shows as silence; a reject by policy as a refusal or as a destination that is prohibited.
	const silenced = ["timeout", "refused", "unreachable"].includes(result.outcome);
	if (!silenced) return `${ask.words} expected denied, ${seen}`;
	const opened = (other: Ask, at: number) => other.expect === "open" && results[at]?.outcome === "answered";
	const sameTarget = (other: Ask) => other.destination === ask.destination && sameAddress(other, ask);
	if (!asks.some((other, at) => sameTarget(other) && opened(other, at)))
		return `${ask.words} expected denied, ${seen}, but nobody who may reaches it either: that is no deny`;
	const samePlace = (other: Ask) => JSON.stringify(other.from) === JSON.stringify(ask.from);
	if (!asks.some((other, at) => samePlace(other) && other.destination !== ask.destination && opened(other, at)))
		return `${ask.words} expected denied, ${seen}, but it reaches nothing that it may either: that is no deny`;
	return undefined;
}

function sameAddress(a: Ask, b: Ask): boolean {
	return a.target.host === b.target.host && a.target.port === b.target.port && a.target.protocol === b.target.protocol;
}

function evidenceOf(id: string, from: string, asks: readonly Ask[], wrong: readonly (string | undefined)[], asked: boolean): Evidence {
	const own = asks.flatMap((ask, index) => (ask.source === id ? [{ ask, wrong: wrong[index] }] : []));
	const names = (expect: Ask["expect"]) => [...new Set(own.filter(({ ask }) => ask.expect === expect).map(({ ask }) => ask.destination))];
	const expected = (["open", "denied"] as const)
		.map((expect) => ({ expect, list: names(expect) }))
		.filter(({ list }) => list.length > 0)
		.map(({ expect, list }) => `${list.join(", ")} ${expect}`)
		.join("; ");
	const bad = own.flatMap((entry) => entry.wrong ?? []);
	const observed = asked ? (bad[0] ?? "as expected") : "not asked";
	return { expected, observed, from, samples: asked ? own.length : 0, strip: asked ? own.map((entry) => !entry.wrong).slice(-40) : [] };
}
