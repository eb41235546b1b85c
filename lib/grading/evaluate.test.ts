import { expect, test } from "vitest";
import type { LabProbe, ProbeResult } from "../providers/provider.ts";
import { check } from "../scenarios/check-schema.ts";
import type { ScenarioInstance } from "../scenarios/instance.ts";
import type { ClusterView } from "./cluster-view.ts";
import { evaluateObjectives, type Manner } from "./evaluate.ts";
import { type Chance, freeChance } from "./sampling/spending.ts";
import { http, pod, shopView } from "./test-support/shop-view.ts";

const sampling = { p0: 0.01, p1: 0.2, unit: "raw-query", perSecond: 50 };
const lookup = { type: "dns", from: { deployment: "front" }, name: "catalog", answers: ["10.96.0.7"], sampling };
const request = { type: "http", from: { deployment: "front" }, url: "http://catalog/", backends: [{ deployment: "catalog" }], samples: 4 };
const resolved: Partial<ProbeResult> = { dns: { rcode: "NOERROR", answers: ["10.96.0.7"], server: "10.96.0.10", queries: [] } };
const started = new Date(0);

/** Each time as the path is after so many changes: of the pod that asks, so that the probes tell which view they are of. */
const changed = (times: number) =>
	shopView((view) => void Object.assign(view.pods[0] as object, pod("front-1", "front", "10.0.0.1"), { metadata: asker(times) }));
const asker = (times: number) => ({ ...pod("front-1", "front", "10.0.0.1").metadata, uid: `front-${times}`, creationTimestamp: started });

async function evaluate(
	checks: object[],
	options: {
		view?: ClusterView;
		read?(): Promise<ClusterView>;
		manner?: Partial<Manner>;
		answer?(probe: LabProbe): Partial<ProbeResult>;
	} = {},
) {
	const batches: LabProbe[][] = [];
	let now = 1_000_000;
	const scenario = {
		...{ namespace: "shop", access: { namespaces: ["shop"] }, baselineObjects: shopView().deployments.map((object) => ({ object })) },
		objectives: checks.map((one, index) => ({ id: `o${index}`, title: `Objective ${index}`, points: 10, check: check.parse(one) })),
	} as unknown as ScenarioInstance;
	for (const { object } of scenario.baselineObjects) Object.assign(object, { kind: "Deployment" });
	const answer = options.answer ?? (() => resolved);
	const results = await evaluateObjectives({
		...{ scenario, view: options.view ?? changed(0), signal: new AbortController().signal },
		...(options.read ? { read: options.read } : {}),
		...(options.manner ? { manner: options.manner } : {}),
		clock: {
			now: () => now,
			sleep: async (ms) => {
				now += ms;
			},
		},
		environment: {
			async probe(probes) {
				batches.push([...probes]);
				return probes.map((probe) => ({ id: "p", outcome: "answered", detail: "", durationMs: 1, ...answer(probe) }));
			},
		},
	});
	const sent = batches.flat();
	const askers = sent.map(({ from }) => ("podUid" in from ? from.podUid : ""));
	return { results, batches, sent, samplesOf: (uid: string) => askers.filter((one) => one === uid).length };
}

test("samples of a path that stays as it is are of one test", async () => {
	const { results, samplesOf } = await evaluate([lookup], { read: async () => changed(0), manner: { chance: freeChance } });
	expect(results[0]).toMatchObject({ verdict: "pass", points: 10, evidence: [{ samples: 22 }] });
	expect(samplesOf("front-0")).toBe(25);
});

test("a change of an object on the path restarts the test, on the path as it is then", async () => {
	let reads = 0;
	const { results, samplesOf } = await evaluate([lookup], {
		read: async () => changed(Math.min(++reads, 2)),
		manner: { chance: freeChance },
	});
	expect(results[0]).toMatchObject({ verdict: "pass", evidence: [{ samples: 22 }] });
	expect([samplesOf("front-0"), samplesOf("front-1"), samplesOf("front-2")]).toEqual([25, 25, 25]);
});

test("a path that never comes to rest is not proven, whatever its samples say", async () => {
	let reads = 0;
	const { results } = await evaluate([lookup], { read: async () => changed(++reads) });
	expect(reads).toBe(4);
	expect(results[0]).toMatchObject({ verdict: "unproven", points: 0 });
	expect(results[0]?.message).toMatch(/^Objective 0: objects on the way kept changing while it was sampled\. Last: A catalog from /);
});

test("each restart of a test spends of the same chance, so that who disturbs the samples gains nothing", async () => {
	let reads = 0;
	const { samplesOf } = await evaluate([lookup], { read: async () => changed(Math.min(++reads, 2)), manner: { maxSamples: 1 } });
	// ln β / ln(0.8/0.99) good samples, of β = 0.01 for the first check a half, and of that for its trials 1/2, 1/6 and 1/12.
	expect(["front-0", "front-1", "front-2"].map(samplesOf)).toEqual([29, 34, 37]);
});

test("one chance serves all objectives of a round, each asking by its own name", async () => {
	const asked: string[] = [];
	const chance: Chance = {
		next(objective, stated) {
			asked.push(objective);
			return stated;
		},
	};
	await evaluate([lookup, { ...lookup, name: "other" }], { manner: { chance } });
	expect(asked.sort()).toEqual(["o0", "o1"]);
});

test("what is not sampled is not read again", async () => {
	const answer = () => http(404);
	const { results } = await evaluate([request], { answer, read: () => Promise.reject(new Error("read")) });
	expect(results[0]?.verdict).toBe("fail");
});

test("sampled objectives share the pace of the lab", async () => {
	expect((await evaluate([lookup])).batches[0]).toHaveLength(25);
	const { batches } = await evaluate([lookup, { ...lookup, name: "other" }, request], {
		answer: (probe) => (probe.kind === "dns" ? resolved : {}),
	});
	expect(batches.find(([probe]) => probe?.kind === "dns")).toHaveLength(12);
});

test("every request carries a number of its own, which no other request and no other check has carried", async () => {
	const nonces = async () => {
		const { sent } = await evaluate([request, { ...request, url: "http://catalog/items" }], { answer: () => http(404) });
		return sent.map((probe) => (probe.kind === "http" ? (probe.headers?.["X-Faultline-Nonce"] ?? "") : ""));
	};
	const seen = [...(await nonces()), ...(await nonces())];
	expect(seen).toHaveLength(16);
	expect(new Set(seen).size).toBe(16);
	// What stands before the count is drawn anew for each objective.
	expect(new Set(seen.map((nonce) => nonce.replace(/-\d+$/, ""))).size).toBe(4);
	expect(Math.min(...seen.map((nonce) => nonce.replace(/-\d+$/, "").length))).toBeGreaterThanOrEqual(8);
});

test("what a failing objective may still wait for is told, and a passing one waits for nothing", async () => {
	const view = shopView((it) => void Object.assign(it.services[0]?.metadata ?? {}, { managedFields: [{ time: new Date(999_000) }] }));
	const told = async (answer: Partial<ProbeResult>) => {
		const { results } = await evaluate([{ ...lookup, sampling: undefined, samples: 1 }], { view, answer: () => answer });
		return results[0];
	};
	expect(await told({ outcome: "timeout" })).toMatchObject({ verdict: "fail", waitsFor: "the nodes to take up Service catalog" });
	expect(await told(resolved)).not.toHaveProperty("waitsFor");
});
