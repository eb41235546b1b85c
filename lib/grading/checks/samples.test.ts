import { expect, test } from "vitest";
import { dnsCheck as dnsSchema, httpCheck as httpSchema } from "../../scenarios/check-schema.ts";
import { checkContext, http, isWitness, play, shopView } from "../test-support/shop-view.ts";
import { dnsCheck } from "./dns.ts";
import { httpCheck } from "./http.ts";
import type { CheckContext, CheckDialogue, Judgement } from "./judgement.ts";

const sampling = { p0: 0.01, p1: 0.2, unit: "raw-query", perSecond: 20, most: 400 } as const;
const lookup = dnsSchema.parse({ type: "dns", from: { deployment: "front" }, name: "catalog.shop", sampling });
const fine = { dns: { rcode: "NOERROR", answers: ["10.96.0.7"], server: "10.96.0.10", queries: [] } };

/** Answers the n-th probe, counted from 1. */
function playing(
	dialogue: CheckDialogue,
	answer: (nth: number) => Parameters<typeof play>[1] extends (probe: never) => infer R ? R : never,
) {
	let nth = 0;
	return play(dialogue, () => answer(++nth));
}

const ask = (context: Partial<CheckContext> = {}) => dnsCheck(lookup, { ...checkContext(shopView()), ...context });

test("good samples alone pass where the test decides, and say how many they were", () => {
	const { judgement } = playing(ask(), () => fine);
	expect(judgement).toMatchObject({ verdict: "pass", evidence: [{ samples: 22 }] });
	expect(judgement.message).toContain("22 samples");
	expect(judgement.evidence[0]?.decisionAt).toBeUndefined();
});

test("one silent lookup in four fails, and both kinds are counted", () => {
	const { judgement } = playing(ask(), (nth) => (nth % 4 === 0 ? { outcome: "timeout" } : fine));
	expect(judgement.verdict).toBe("fail");
	expect(judgement.message).toMatch(/NOERROR 10\.96\.0\.7 \(\d+ of \d+\), timed out \(\d+ of \d+\)/);
});

test("a single failure among many good samples costs samples, not the verdict", () => {
	const { judgement } = playing(ask(), (nth) => (nth === 5 ? { outcome: "timeout" } : fine));
	expect(judgement).toMatchObject({ verdict: "pass", evidence: [{ samples: 37 }] });
});

test("a sampled lookup is one raw query of the name as it stands", () => {
	expect(playing(ask(), () => fine).sent[0]).toMatchObject({ kind: "dns", attempts: 1, search: false });
});

test("samples are never faster than the scenario allows, nor than the asker does", () => {
	const rate = ({ sent, pausesMs }: ReturnType<typeof play>) => (sent.length * 1000) / (pausesMs.reduce((sum, ms) => sum + ms, 0) || 1);
	const undecided = (nth: number) => (nth % 15 === 0 ? ({ outcome: "timeout" } as const) : fine);
	const own = playing(ask(), undecided);
	expect(own.pausesMs.length).toBeGreaterThan(20);
	// The last batch has no pause behind it.
	expect(rate(own)).toBeLessThan(20 * (1 + 1 / own.pausesMs.length) + 0.01);
	const light = playing(ask({ perSecond: 4, maxSamples: 2 }), undecided);
	expect(rate(light)).toBeLessThan(4 * (1 + 1 / light.pausesMs.length) + 0.01);
});

test("what is neither repaired nor broken stays unproven", () => {
	const { judgement } = playing(ask(), (nth) => (nth % 15 === 0 ? { outcome: "timeout" } : fine));
	expect(judgement).toMatchObject({ verdict: "unproven", evidence: [{ samples: 400 }] });
	expect(judgement.message).toMatch(/^A .* from pod .* \(namespace shop\): expected NOERROR.*; 374 of 400 as expected \(.*timed out/);
});

test("progress says how many were good and where the decision is", () => {
	const told: Judgement[] = [];
	const dialogue = ask();
	let turn = dialogue.next();
	while (!turn.done) {
		if ("pauseMs" in turn.value) {
			if (turn.value.soFar) told.push(turn.value.soFar);
			turn = dialogue.next([]);
		} else turn = dialogue.next(turn.value.map(() => ({ id: "", outcome: "answered", detail: "", durationMs: 1, ...fine })));
	}
	expect(told.map(({ verdict, evidence: [one] }) => [verdict, one?.asExpected, one?.samples, one?.decisionAt])).toEqual([
		["unproven", 10, 10, 22],
		["unproven", 20, 20, 22],
	]);
	expect(told[0]?.message).toContain("10 of 10 as expected; decision at 22");
});

test("a failed prober is no sample, and nothing but failed probers is the grader's own error", () => {
	const broken = { outcome: "prober-error", detail: "gone" } as const;
	const { judgement } = playing(ask(), (nth) => (nth <= 10 ? broken : fine));
	expect(judgement).toMatchObject({ verdict: "pass", evidence: [{ samples: 22 }] });
	expect(playing(ask(), () => broken).judgement).toMatchObject({ verdict: "error" });
	expect(playing(ask(), () => ({ outcome: "no-vantage" })).judgement).toMatchObject({ verdict: "fail" });
});

test("the risks that the asker grants move the boundary", () => {
	const { judgement } = playing(ask({ risks: ({ alpha, beta }) => ({ alpha, beta: beta / 20 }) }), () => fine);
	expect(judgement.evidence[0]?.samples).toBe(36);
});

test("a sampled request counts only where its own workload answered", () => {
	const check = httpSchema.parse({
		...{ type: "http", from: { deployment: "front" }, url: "http://catalog/", backends: [{ deployment: "catalog" }] },
		sampling: { ...sampling, unit: "new-connection" },
	});
	const witness = (seen: boolean) => http(200, JSON.stringify({ seen }));
	const answers = (genuine: (count: number) => boolean) => {
		let count = 0;
		return play(httpCheck(check, checkContext(shopView())), (probe) => (isWitness(probe) ? witness(genuine(++count)) : http(200)))
			.judgement;
	};
	expect(answers(() => true)).toMatchObject({ verdict: "pass", evidence: [{ samples: 22 }] });
	expect(answers(() => false)).toMatchObject({ verdict: "fail", evidence: [{ samples: 2 }] });
});

test("a silent endpoint behind the Service is named, where the node knows it", () => {
	const query = (local: string) => ({ name: "catalog.shop.", type: "A", server: "10.96.0.10:53", rcode: "", durationMs: 2000, local });
	let nth = 0;
	const { judgement } = play(ask(), (probe) => {
		if (probe.kind === "flow") return probe.source.endsWith("1") ? { flow: { server: "10.0.0.66:53", client: probe.source } } : {};
		return ++nth % 3 === 0
			? { outcome: "timeout", dns: { rcode: "", answers: [], server: "", queries: [query(`10.0.0.1:40${nth % 2}`)] } }
			: fine;
	});
	expect(judgement.verdict).toBe("fail");
	expect(judgement.message).toMatch(/timed out at 10\.0\.0\.66:53 \(\d+ of \d+\)/);
	// Where no node knows, nothing is made up.
	expect(judgement.message).toMatch(/timed out \(\d+ of \d+\)/);
});
