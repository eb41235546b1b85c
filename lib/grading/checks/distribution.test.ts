import { expect, test } from "vitest";
import type { LabProbe } from "../../providers/provider.ts";
import { httpCheck as schema } from "../../scenarios/check-schema.ts";
import { exactInterval } from "../sampling/exact-interval.ts";
import { checkContext, http, isWitness, play, shopView } from "../test-support/shop-view.ts";
import { httpCheck } from "./http.ts";

const check = (atLeast: number, atMost: number) =>
	schema.parse({
		...{ type: "http", from: "workstation", url: "http://{node}/", through: "ingress" },
		backends: [{ deployment: "catalog" }, { deployment: "indexer" }],
		distribution: [{ backend: { deployment: "indexer" }, atLeast, atMost }],
	});

/** Every `every`-th request goes to the indexer. */
const shared = (every: number, broken?: number) => {
	const at = new Map<string, number>();
	return (probe: LabProbe) => {
		const nonce = probe.kind === "http" ? (probe.headers?.["X-Faultline-Nonce"] ?? new URL(probe.url).searchParams.get("nonce") ?? "") : "";
		if (!isWitness(probe)) {
			at.set(nonce, at.size + 1);
			return at.size === broken ? ({ outcome: "timeout" } as const) : http(200);
		}
		const server = (at.get(nonce) ?? 0) % every === 0 ? "uid-indexer-1" : "uid-catalog-1";
		return http(200, JSON.stringify({ seen: "podUid" in probe.from && probe.from.podUid === server }));
	};
};
const judge = (bounds: [number, number], every: number, broken?: number) =>
	play(httpCheck(check(...bounds), checkContext(shopView())), shared(every, broken)).judgement;

test("a share within its bounds passes as soon as its interval is, and none at all fails at the first look", () => {
	expect(judge([0.02, 0.3], 10)).toMatchObject({ verdict: "pass" });
	expect(judge([0.02, 0.3], 10).message).toContain("2 % to 30 % from indexer; observed 10 % from indexer");
	expect(judge([0.2, 0.6], 1e9)).toMatchObject({ verdict: "fail", evidence: [{ samples: 50, observed: "0 % from indexer" }] });
	expect(judge([0.02, 0.3], 2).verdict).toBe("fail");
});

test("the risk of a judgement is shared by all its looks: a share that would do at once is asked on", () => {
	// 25 of 50: the interval at 99.75 % begins at 0.29, at 80 % at 0.40; 50 of 100 at 0.35.
	expect(judge([0.33, 0.67], 2)).toMatchObject({ verdict: "pass", evidence: [{ samples: 100 }] });
});

test("a share at its bound stays unproven", () => {
	expect(judge([0.1, 0.9], 10)).toMatchObject({ verdict: "unproven", evidence: [{ samples: 400 }] });
});

test("a request that is not answered fails at once", () => {
	const { verdict, message, evidence } = judge([0.02, 0.3], 10, 3);
	expect(verdict).toBe("fail");
	expect(message).toContain("timed out (1 of");
	expect(evidence[0]?.samples).toBeLessThan(50);
});

test("intervals are the published exact ones", () => {
	// Clopper and Pearson's own, as in R's binom.test(7, 20) and binom.test(0, 50) at 95 %.
	const { low, high } = exactInterval(7, 20, 0.05);
	expect(low).toBeCloseTo(0.153909, 5);
	expect(high).toBeCloseTo(0.592189, 5);
	expect(exactInterval(0, 50, 0.05)).toEqual({ low: 0, high: expect.closeTo(0.071122, 5) });
	expect(exactInterval(50, 50, 0.05).low).toBeCloseTo(1 - 0.071122, 5);
});
