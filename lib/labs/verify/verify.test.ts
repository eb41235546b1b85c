import { expect, test } from "vitest";
import type { GradeReport, Verdict } from "../../protocol/report.ts";
import type { ScenarioInstance } from "../../scenarios/instance.ts";
import { unlikeFault } from "../steps/prove.ts";
import { createChannel } from "./channel.ts";
import { judgeFix, judgeMutant, judgeWrong } from "./judge-run.ts";
import { mutantsOf } from "./mutants.ts";
import { type Proof, planRuns } from "./plan-runs.ts";
import { takeNext } from "./share-work.ts";

const objective = (id: string, verdict: Verdict, message = `${id} said`) => ({
	...{ id, verdict, message, title: id },
	points: 0,
	maxPoints: 50,
	evidence: [],
});
const report = (verdict: Verdict, repair: GradeReport["repair"], ...objectives: ReturnType<typeof objective>[]): GradeReport => ({
	...{ verdict, repair, objectives, guards: [], touched: [], points: 0, maxPoints: 100, at: 0, durationMs: 1 },
});

test("a fix is proven by a repair, not by a workaround", () => {
	expect(judgeFix(report("pass", "repair"))).toMatchObject({ ok: true, verdict: "repair" });
	expect(judgeFix(report("fail", "workaround")).ok).toBe(false);
});

test("a wrong fix must fail at the check it names, for the reason it names", () => {
	const failing = report("fail", "none", objective("by-name", "fail", "observed connection refused"), objective("list", "pass"));
	expect(judgeWrong({ fails: "by-name", reason: "connection refused" }, failing).ok).toBe(true);
	expect(judgeWrong({ fails: "by-name", reason: "timed out" }, failing)).toMatchObject({
		ok: false,
		verdict: "fail | by-name: observed connection refused",
	});
	expect(judgeWrong({ fails: "list", reason: "" }, failing).ok).toBe(false);
	expect(judgeWrong({ fails: "by-name", reason: "refused" }, report("pass", "repair", objective("by-name", "pass"))).ok).toBe(false);
});

test("a run that could not be judged says why", () => {
	const troubled = { ...report("error", "none", objective("list", "pass")), trouble: "the API server did not answer" };
	expect(judgeFix(troubled)).toMatchObject({ ok: false, verdict: "error | the API server did not answer" });
});

test("a fault must break what it says and nothing else", () => {
	expect(unlikeFault([objective("a", "fail"), objective("b", "pass")], ["a"])).toEqual([]);
	expect(unlikeFault([objective("a", "pass"), objective("b", "fail")], ["a"])).toEqual([
		"a should fail and does not: a said",
		"b should still pass: b said",
	]);
	expect(unlikeFault([objective("a", "error")], ["a"])).toHaveLength(1);
});

const script = (name: string, text = "") => ({ name, text, seeds: undefined });
const twoParts = "ns=shop\n# part: the rule\nkubectl apply -f a\n# part: tidy (optional: nobody reads it)\nkubectl delete b\n";

function instanceWith(parts: Partial<Record<"seed" | "fixes" | "wrong" | "steps", unknown>>): ScenarioInstance {
	const { seed = 1, fixes = [], wrong = [], steps = [{ delete: "service/a", alone: "breaks" }] } = parts;
	return { seed, fixes, wrong, fault: { breaks: ["a"], steps } } as unknown as ScenarioInstance;
}

test("fixes run on every variant, wrong ones and mutants on the first that has them", () => {
	const first = instanceWith({ fixes: [script("a")], wrong: [script("x")] });
	const second = instanceWith({ seed: 2, fixes: [script("a"), script("b")], wrong: [script("x"), script("y")] });
	const plan = planRuns([first, second]).map(({ fixes, wrong }) => [
		...fixes.map(({ script: { name }, chained, apart }) => `fix ${name} ${chained.length + apart.length}`),
		...wrong.map(({ name }) => `wrong ${name}`),
	]);
	expect(plan).toEqual([
		["fix a 3", "wrong x"],
		["fix a 0", "fix b 3", "wrong y"],
	]);
});

test("a worker goes on with proofs for which it has a cluster, and begins with the longest", () => {
	const proof = (seed: number, nodes: number, wrong: number) =>
		({ instance: { seed, cluster: { nodes } }, fixes: [], wrong: Array.from({ length: wrong }) }) as unknown as Proof;
	const left = [proof(1, 1, 1), proof(2, 2, 5), proof(3, 1, 2), proof(4, 2, 1)];
	const take = (topology?: string) => takeNext(left, topology)?.instance.seed;
	expect(take()).toBe(2);
	expect(take('{"nodes":2}')).toBe(4);
	expect([take('{"nodes":2}'), take('{"nodes":2}'), take()]).toEqual([3, 1, undefined]);
});

test("each part of a fix is left out once, and what is optional must not be missed", () => {
	const fix = script("01.sh", twoParts);
	const { apart } = mutantsOf(instanceWith({ fixes: [fix] }), fix);
	expect(apart.map(({ name, outcome, why }) => [name, outcome, why])).toEqual([
		['01.sh without "the rule"', "fail", expect.stringContaining("needed part")],
		['01.sh without "tidy"', "repair", "nobody reads it"],
	]);
	expect(apart.map(({ act }) => act)).toEqual([
		{ do: "leave-out", text: "ns=shop\nkubectl delete b\n" },
		{ do: "leave-out", text: "ns=shop\nkubectl apply -f a" },
	]);
});

test("what breaks of a fault is put back alone, and what says itself that it does no harm all at once", () => {
	const steps = [
		{ delete: "service/a", alone: "breaks" },
		{ restart: "deployment/b", alone: { harmless: "a restart repairs nothing and breaks nothing" } },
		{ delete: "service/c", alone: { harmless: "it is gone already" } },
	];
	const outcomes = (fix: ReturnType<typeof script>) => {
		const { chained, apart } = mutantsOf(instanceWith({ steps }), fix);
		return [...chained, ...apart].flatMap(({ act, outcome, why }) => (act.do === "fault-steps" ? [[act.steps, outcome, why]] : []));
	};
	expect(outcomes(script("01.sh"))).toEqual([
		[[1, 2], "repair", "a restart repairs nothing and breaks nothing it is gone already"],
		[[0], "fail", expect.stringContaining("breaks something by itself")],
	]);
	expect(outcomes(script("02.sh", "# withstands: the client was moved"))).toEqual([
		[[0, 1, 2], "repair", expect.stringContaining("the client was moved")],
	]);
	expect(mutantsOf(instanceWith({}), script("01.sh")).apart).toEqual([]);
});

test("a mutant survives when it passes, and also when it fails in another way than the fault", () => {
	const failing = report("fail", "none", objective("a", "fail"), objective("b", "pass"));
	expect(judgeMutant("fail", failing, ["a"]).ok).toBe(true);
	expect(judgeMutant("fault", failing, ["a"]).ok).toBe(true);
	expect(judgeMutant("fault", failing, ["b"]).ok).toBe(false);
	expect(judgeMutant("fail", report("fail", "workaround", objective("a", "pass")), ["a"]).ok).toBe(true);
	expect(judgeMutant("fail", report("pass", "repair", objective("a", "pass")), ["a"]).ok).toBe(false);
	expect(judgeMutant("fail", report("unproven", "none", objective("a", "unproven")), ["a"]).ok).toBe(false);
	expect(judgeMutant("repair", failing, ["a"]).ok).toBe(false);
});

test("items of several workers reach the reader, and an error after those before it", async () => {
	const channel = createChannel<number>();
	channel.put(1);
	const seen: number[] = [];
	const reading = (async () => {
		for await (const item of channel) seen.push(item);
	})();
	channel.put(2);
	channel.end(new Error("broken"));
	await expect(reading).rejects.toThrow("broken");
	expect(seen).toEqual([1, 2]);
});
