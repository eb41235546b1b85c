import { pino } from "pino";
import { afterEach, expect, test } from "vitest";
import type { ObjectiveResult } from "../protocol/report.ts";
import type { LabProbe, ProbeResult } from "../providers/provider.ts";
import { check } from "../scenarios/check-schema.ts";
import type { ScenarioInstance } from "../scenarios/instance.ts";
import type { ClusterView } from "./cluster-view.ts";
import { followObjectives } from "./live.ts";
import { followView, type LiveView } from "./live-view.ts";
import { shopView } from "./test-support/shop-view.ts";
import { virtualClock } from "./test-support/virtual-clock.ts";

const log = pino({ level: "silent" });
const plain = { type: "tcp", from: "workstation", host: "plain", port: 80, samples: 2 };
const sampling = { p0: 0.01, p1: 0.2, unit: "raw-query" };
const sampled = { type: "dns", from: "workstation", name: "sampled", answers: ["10.96.0.7"], sampling };

type Answer = (probe: LabProbe) => Partial<ProbeResult> | Promise<Partial<ProbeResult>>;
const fine: Answer = (probe) =>
	probe.kind === "dns" ? { dns: { rcode: "NOERROR", answers: ["10.96.0.7"], server: "10.96.0.10", queries: [] } } : {};

let ending = new AbortController();
afterEach(() => {
	ending.abort();
	ending = new AbortController();
});

/** Follows these checks on a cluster that the test plays. */
function following(checks: object[], answer: Answer = fine, discreet = false) {
	const clock = virtualClock();
	const listeners = new Set<() => void>();
	const told: { at: number; results: ObjectiveResult[] }[] = [];
	const sent: { at: number; probe: LabProbe }[] = [];
	const lab = { view: shopView(), answer };
	const live: LiveView = {
		current: () => lab.view,
		subscribe(listener) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
	};
	const scenario = {
		namespace: "shop",
		access: { namespaces: ["shop"] },
		baselineObjects: [] as unknown[],
		objectives: checks.map((one, index) => ({
			id: `o${index}`,
			title: `Objective ${index}`,
			points: 10,
			discreet,
			check: check.parse(one),
		})),
	} as ScenarioInstance;
	const environment = {
		async probe(probes: readonly LabProbe[], signal?: AbortSignal): Promise<ProbeResult[]> {
			sent.push(...probes.map((probe) => ({ at: clock.now(), probe })));
			const answers = Promise.all(
				probes.map(async (probe) => ({ id: "p", outcome: "answered" as const, detail: "", durationMs: 1, ...(await lab.answer(probe)) })),
			);
			const aborted = new Promise<never>((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason), { once: true }));
			return Promise.race([answers, aborted]);
		},
	};
	const start = clock.now();
	const onChange = (results: ObjectiveResult[]) => void told.push({ at: clock.now() - start, results });
	const ended = followObjectives({ environment, scenario, before: undefined, view: live, clock, log, signal: ending.signal, onChange });
	ended.catch(() => {});
	return {
		...{ clock, told, sent, lab, listeners },
		last: (index: number) => told.at(-1)?.results[index],
		change(next: ClusterView) {
			lab.view = next;
			for (const listener of [...listeners]) listener();
		},
	};
}

const otherSelector = () => shopView((view) => void Object.assign(view.services[0]?.spec ?? {}, { selector: { app: "catalog" } }));
const otherStatus = () => shopView((view) => void Object.assign(view.deployments[0]?.status ?? {}, { readyReplicas: 7 }));

test("a fix shows while another check hangs", async () => {
	const play = following([plain, { ...plain, host: "hanging" }]);
	play.lab.answer = () => ({ outcome: "refused" });
	await play.clock.pass(1000);
	expect(play.told.at(-1)?.results.map(({ verdict }) => verdict)).toEqual(["fail", "fail"]);
	play.lab.answer = (probe) => ("host" in probe && probe.host === "hanging" ? new Promise(() => {}) : {});
	play.change(otherSelector());
	await play.clock.pass(500);
	expect(play.told.at(-1)?.results.map(({ verdict }) => verdict)).toEqual(["pass", "fail"]);
});

test("samples add up over the rounds, and the decision is told with how far it is", async () => {
	const play = following([plain, sampled]);
	await play.clock.pass(2000);
	expect(play.last(0)?.verdict).toBe("pass");
	expect(play.last(1)).toMatchObject({ verdict: "unproven", evidence: [{ decisionAt: 22 }] });
	expect(play.last(1)?.evidence[0]?.samples).toBeGreaterThanOrEqual(10);
	await play.clock.pass(1000);
	expect(play.last(1)).toMatchObject({ verdict: "pass", points: 10, evidence: [{ samples: 22 }] });
});

test("a change on the path begins the samples anew, and shows within 2 s", async () => {
	const play = following([sampled]);
	await play.clock.pass(3000);
	expect(play.last(0)?.verdict).toBe("pass");
	play.change(otherSelector());
	const before = play.told.length;
	await play.clock.pass(1000);
	expect(play.told[before]?.results[0]).toMatchObject({ verdict: "unproven", evidence: [{ samples: 5, decisionAt: 22 }] });
});

test("a mere status does not begin them anew", async () => {
	const play = following([sampled]);
	await play.clock.pass(1200);
	const so = play.last(0)?.evidence[0]?.samples ?? 0;
	expect(so).toBeGreaterThan(5);
	play.change(otherStatus());
	await play.clock.pass(600);
	expect(play.last(0)?.evidence[0]?.samples).toBeGreaterThan(so);
});

test("a decision stands while later samples agree, and turns when they do not", async () => {
	const play = following([sampled]);
	await play.clock.pass(20_000);
	const later = play.told.filter(({ at }) => at > 4000);
	expect(later.length).toBeGreaterThan(1);
	expect(new Set(later.map(({ results }) => results[0]?.verdict))).toEqual(new Set(["pass"]));
	play.lab.answer = () => ({ outcome: "timeout" });
	await play.clock.pass(20_000);
	expect(play.last(0)?.verdict).toBe("fail");
});

test("a failure seen while a change was on its way gives way to the first samples that are as expected", async () => {
	const play = following([sampled], () => ({ outcome: "timeout" }));
	const made = new Date(play.clock.now());
	play.change(shopView((view) => void Object.assign(view.services[0]?.metadata ?? {}, { creationTimestamp: made })));
	await play.clock.pass(1500);
	expect(play.last(0)).toMatchObject({ verdict: "fail", waitsFor: expect.stringContaining("the nodes to take up Service") });
	expect(new Set(play.told.slice(1).map(({ results }) => results[0]?.verdict))).toEqual(new Set(["fail"]));
	play.lab.answer = fine;
	await play.clock.pass(2000);
	expect(play.last(0)).toMatchObject({ verdict: "unproven", evidence: [{ decisionAt: 22 }] });
	await play.clock.pass(2500);
	expect(play.last(0)?.verdict).toBe("pass");
});

test("sampling is light: at most 10 a second while undecided, 2 when decided", async () => {
	const play = following([sampled]);
	const rate = (from: number, to: number) =>
		(play.sent.filter(({ at }) => at - 1_000_000 >= from && at - 1_000_000 < to).length * 1000) / (to - from);
	await play.clock.pass(30_000);
	expect(rate(0, 2000)).toBeLessThanOrEqual(10);
	expect(rate(5000, 30_000)).toBeLessThanOrEqual(2.5);
});

test("nothing is left behind: every round ends its subscription", async () => {
	const play = following([plain, sampled]);
	await play.clock.pass(10_000);
	expect(play.listeners.size).toBeLessThanOrEqual(2);
});

test("a check that can't be made holds up no other", async () => {
	const play = following([plain, { ...plain, host: "odd" }], (probe) =>
		"host" in probe && probe.host === "odd" ? Promise.reject(new Error("gone")) : {},
	);
	await play.clock.pass(500);
	expect(play.told.at(-1)?.results.map(({ verdict }) => verdict)).toEqual(["pass", "error"]);
});

test("live checks go on with what was known while the API server does not answer", async () => {
	const clock = virtualClock();
	let down = true;
	let heard = 0;
	const known = shopView();
	const view = followView({
		watch: async () => {
			if (down) throw new Error("no answer");
			return { current: otherSelector };
		},
		...{ last: known, clock, log, signal: ending.signal },
	});
	view.subscribe(() => heard++);
	await clock.pass(10_000);
	expect(view.current()).toBe(known);
	down = false;
	await clock.pass(5000);
	expect(view.current()).toEqual(otherSelector());
	expect(heard).toBe(1);
});

test("a discreet objective says only that it fails", async () => {
	const { clock, last } = following([plain], () => ({ outcome: "refused", detail: "at 10.244.0.9" }), true);
	await clock.pass(2000);
	expect(last(0)).toMatchObject({ verdict: "fail", message: "Not yet. Check says what was seen." });
	expect(JSON.stringify(last(0))).not.toMatch(/refused|10\.244/);
});
