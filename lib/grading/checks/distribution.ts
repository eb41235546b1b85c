import type { CheckOf } from "../../scenarios/check-schema.ts";
import { genuinePods } from "../cluster-view.ts";
import { exactInterval } from "../sampling/exact-interval.ts";
import type { CheckContext, CheckDialogue, Judgement } from "./judgement.ts";
import { judged, type Questions, type Sample } from "./samples.ts";

/** Requests after which the shares are looked at; without a decision at the last the verdict is "unproven". */
const looks = [50, 100, 200, 400];
/** Risk of a wrong decision, over all shares and looks of one judgement. */
const risk = 0.01;
/** New connections a second at most, whatever the asker allows. */
const perSecond = 40;
const batchMs = 500;

/**
 * Judges how requests are shared out: passes when the confidence interval of every share lies within its bounds, fails when
 * one lies outside, and asks on while neither is so. A request that is not answered as expected fails at once.
 */
export function* judgeDistribution(
	shares: NonNullable<CheckOf<"http">["distribution"]>,
	context: CheckContext,
	questions: Questions,
): CheckDialogue {
	const rate = Math.min(perSecond, context.perSecond);
	const size = Math.max(1, Math.floor((rate * batchMs) / 1000));
	const wanted = shares.map(({ backend, atLeast, atMost }) => {
		const workload = context.workload(backend);
		const pods = genuinePods(context.view, workload).map(({ metadata }) => metadata?.name);
		return { name: workload.name, pods, atLeast, atMost };
	});
	const expected = `${questions.expected}, ${wanted.map(({ name, atLeast, atMost }) => `${percent(atLeast)} to ${percent(atMost)} from ${name}`).join(", ")}`;
	const kept: Sample[] = [];
	for (const look of looks) {
		while (kept.length < look) {
			const count = Math.min(size, look - kept.length);
			const origins = Array.from(
				{ length: count },
				(_, index) => questions.origins[(kept.length + index) % questions.origins.length] as Questions["origins"][number],
			);
			kept.push(...(yield* questions.ask(origins)));
			if (kept.some(({ observed }) => observed !== undefined)) return judged({ ...questions, expected }, kept);
			if (kept.length < look) yield { pauseMs: Math.ceil((count * 1000) / rate), soFar: verdictOf("unproven", `decision at ${look}`) };
		}
		const level = risk / (looks.length * wanted.length);
		const intervals = wanted.map(({ pods }) => exactInterval(hitsOf(pods), kept.length, level));
		const outside = intervals.some(({ low, high }, index) => {
			const share = wanted[index];
			return share !== undefined && (high < share.atLeast || low > share.atMost);
		});
		if (outside) return verdictOf("fail", "");
		const inside = intervals.every(({ low, high }, index) => {
			const share = wanted[index];
			return share !== undefined && low >= share.atLeast && high <= share.atMost;
		});
		if (inside) return verdictOf("pass", "");
	}
	return verdictOf("unproven", "too near to a bound to decide");

	function hitsOf(pods: readonly (string | undefined)[]): number {
		return kept.filter(({ by }) => by !== undefined && pods.includes(by)).length;
	}

	function verdictOf(verdict: Judgement["verdict"], more: string): Judgement {
		const seen = wanted.map(({ name, pods }) => `${percent(hitsOf(pods) / kept.length)} from ${name}`).join(", ");
		const { asked, from } = questions;
		const message = `${asked} from ${from}: expected ${expected}; observed ${seen}; ${kept.length} samples${more ? `; ${more}` : ""}.`;
		const strip = kept.slice(-40).map(({ observed }) => observed === undefined);
		return { verdict, message, evidence: [{ expected, observed: seen, from, samples: kept.length, strip }] };
	}
}

function percent(share: number): string {
	return `${Math.round(share * 100)} %`;
}
