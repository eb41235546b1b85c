import { expect, test } from "vitest";
import type { ObjectiveResult, Verdict } from "../protocol/report.ts";
import type { ScenarioInstance } from "../scenarios/instance.ts";
import { askUntil } from "./ask.ts";
import { emptyView } from "./cluster-view.ts";

const plain = { id: "plain", title: "plain", points: 1, check: { type: "dns" } };
const sampled = { id: "sampled", title: "sampled", points: 1, check: { type: "dns", sampling: {} } };
const scenario = { objectives: [sampled, plain] } as unknown as ScenarioInstance;

/** Asks with a change on its way until `pendingUntil`; verdicts by objective and time. */
async function ask(verdictOf: (id: string, now: number) => Verdict, pendingUntil: number) {
	const asked: string[] = [];
	const waits: string[] = [];
	let now = 0;
	const results = await askUntil({
		scenario,
		evaluate: async ({ objectives }) =>
			objectives.map(({ id, title }): ObjectiveResult => {
				asked.push(`${id} ${now}`);
				return { id, title, verdict: verdictOf(id, now), points: 0, maxPoints: 1, message: "", evidence: [] };
			}),
		watching: {
			current: () => emptyView,
			change: async () => {
				now += 1000;
			},
		},
		clock: { now: () => now, sleep: async () => {} },
		pending: () => (now < pendingUntil ? [{ what: "the nodes", until: pendingUntil }] : []),
		until: (pending) => Math.max(2000, ...pending.map(({ until }) => until)),
		onWait: (what) => waits.push(what),
	});
	return { results, asked, waits };
}

test("a fix that is still on its way is asked again until it shows", async () => {
	const { results, asked, waits } = await ask((_, now) => (now >= 3000 ? "pass" : "fail"), 4000);
	expect(results.map(({ id, verdict }) => `${id} ${verdict}`)).toEqual(["sampled pass", "plain pass"]);
	expect(asked.filter((one) => one.startsWith("plain"))).toHaveLength(5);
	expect(waits[0]).toBe("the nodes");
});

test("samples are drawn once, when nothing is on its way any more", async () => {
	const { asked } = await ask((id) => (id === "sampled" ? "unproven" : "pass"), 3000);
	expect(asked.filter((one) => one.startsWith("sampled"))).toEqual(["sampled 3000"]);
});

test("a lab to which nothing happened is asked once where all passes, and not for long where it fails", async () => {
	expect((await ask(() => "pass", 0)).asked).toEqual(["plain 0", "sampled 0"]);
	expect((await ask(() => "fail", 0)).asked.at(-1)).toBe("sampled 2000");
});
