import { expect, test } from "vitest";
import type { ObjectiveResult, Verdict } from "../protocol/report.ts";
import type { ScenarioInstance } from "../scenarios/instance.ts";
import { askUntil } from "./ask.ts";
import { emptyView } from "./cluster-view.ts";

const plain = { id: "plain", title: "plain", points: 1, check: { type: "dns" } };
const sampled = { id: "sampled", title: "sampled", points: 1, check: { type: "dns", sampling: {} } };
const other = { ...plain, id: "other" };
const scenario = { objectives: [sampled, plain, other] } as unknown as ScenarioInstance;

/** Asks with a change on its way until `pendingUntil`; verdicts by objective and time. */
async function ask(
	verdictOf: (id: string, now: number) => Verdict,
	pendingUntil: number,
	togetherMs = 0,
	patienceMs = Number.POSITIVE_INFINITY,
) {
	const asked: string[] = [];
	const waits: string[] = [];
	let now = 0;
	const results = await askUntil({
		scenario,
		evaluate: async ({ objectives }) => {
			const results = objectives.map(({ id, title }): ObjectiveResult => {
				asked.push(`${id} ${now}`);
				return { id, title, verdict: verdictOf(id, now), points: 0, maxPoints: 1, message: "", evidence: [] };
			});
			if (objectives.length > 1) now += togetherMs;
			return results;
		},
		watching: {
			current: () => emptyView,
			change: async () => {
				now += 1000;
				if (now > 100_000) throw new Error("it asks for ever");
			},
		},
		clock: { now: () => now, sleep: async () => {} },
		pending: () => (now < pendingUntil ? [{ what: "the nodes", until: pendingUntil }] : []),
		until: (pending) => Math.min(patienceMs, Math.max(2000, ...pending.map(({ until }) => until))),
		onWait: (what) => waits.push(what),
	});
	return { results, asked, waits };
}

test("a fix that is still on its way is asked again until it shows", async () => {
	const { results, asked, waits } = await ask((id, now) => (id !== "plain" || now >= 3000 ? "pass" : "fail"), 4000);
	expect(results.map(({ id, verdict }) => `${id} ${verdict}`)).toEqual(["sampled pass", "plain pass", "other pass"]);
	expect(asked.filter((one) => one.startsWith("plain"))).toEqual([
		"plain 0",
		"plain 1000",
		"plain 2000",
		"plain 3000",
		"plain 4000",
		"plain 5000",
		"plain 6000",
		"plain 7000",
		"plain 7000",
	]);
	expect(waits[0]).toBe("the nodes");
});

test("samples are drawn once, when nothing is on its way any more", async () => {
	const { asked } = await ask((id) => (id === "sampled" ? "unproven" : "pass"), 3000);
	expect(asked.filter((one) => one.startsWith("sampled"))).toEqual(["sampled 3000"]);
});

test("samples are drawn at the end of all patience, whatever is still on its way", async () => {
	const { asked } = await ask(() => "pass", 90_000, 0, 5000);
	expect(asked.filter((one) => one.startsWith("sampled"))).toEqual(["sampled 5000"]);
});

test("a lab to which nothing happened is asked once where all passes, and not for long where it fails", async () => {
	expect((await ask(() => "pass", 0)).asked).toEqual(["plain 0", "other 0", "sampled 0"]);
	expect((await ask(() => "fail", 0)).asked.at(-1)).toBe("sampled 2000");
});

test("an objective that takes long to ask leaves the others their time", async () => {
	const { results } = await ask((id, now) => (id === "plain" && now < 1000 ? "fail" : "pass"), 0, 5000);
	expect(results.map(({ verdict }) => verdict)).toEqual(["pass", "pass", "pass"]);
});
