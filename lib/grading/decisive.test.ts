import { expect, test } from "vitest";
import { AppError } from "../core/errors.ts";
import type { ObjectiveResult, Verdict } from "../protocol/report.ts";
import type { ScenarioInstance } from "../scenarios/instance.ts";
import type { Objective } from "../scenarios/schema.ts";
import type { ClusterView } from "./cluster-view.ts";
import { decide, type Reach } from "./decisive.ts";
import { shopView } from "./test-support/shop-view.ts";

const check = { type: "http", from: { deployment: "front" }, url: "http://catalog/", backends: [{ deployment: "catalog" }], samples: 1 };
const scenario = {
	...{ namespace: "shop", baselineObjects: [], guards: [], slug: "s", seed: 1 },
	objectives: [{ id: "o", title: "o", points: 100, check } as unknown as Objective],
} as unknown as ScenarioInstance;

type Change = NonNullable<Parameters<typeof shopView>[0]>;

function lab(change: Change = () => {}): ClusterView {
	return shopView((view) => {
		view.namespaces.push({ metadata: { name: "shop" } });
		view.services.push({ metadata: { name: "kube-dns", namespace: "kube-system" }, spec: { selector: {} } });
		const conditions = [{ type: "Ready", status: "True" }];
		view.pods.push({ metadata: { name: "coredns-1", namespace: "kube-system" }, status: { conditions } });
		change(view);
	});
}

const healthy = lab();
/** Long after anything was made. */
const startAt = 1_000_000;

/** A lab whose traffic is what `verdict` says, given all that was done to it so far. */
async function grade(options: {
	verdict?(done: string[], ms: number): Verdict;
	view?(done: string[]): ClusterView;
	reach?: Partial<Reach>;
	scenario?: ScenarioInstance;
}) {
	const done: string[] = [];
	const steps: string[] = [];
	const looks: { holds: boolean; ids: string[]; at: number }[] = [];
	let now = startAt;
	let releasedAt = 0;
	const clock = {
		now: () => now,
		sleep: async (ms: number) => {
			now += ms;
		},
	};
	const view = () => options.view?.(done) ?? healthy;
	const act = (what: string) => async () => {
		done.push(what);
		return {};
	};
	const report = await decide({
		...{ scenario: options.scenario ?? scenario, before: healthy, last: undefined, check: 1, clock, signal: new AbortController().signal },
		onStep: (step) => steps.push(step),
		random: () => 0.5,
		reach: {
			read: async () => view(),
			watch: async () => ({ current: view, change: clock.sleep }),
			hands: { deletePod: act("delete"), rollOut: act("roll out") },
			evaluate: async ({ objectives }, _view, { holds }) => {
				looks.push({ holds, ids: objectives.map(({ id }) => id), at: now });
				return objectives.map(({ id, title, points }): ObjectiveResult => {
					const verdict = options.verdict?.(done, now - startAt) ?? "pass";
					return { id, title, verdict, points: verdict === "pass" ? points : 0, maxPoints: points, message: "said", evidence: [] };
				});
			},
			act: async (guards) => [...guards],
			hold: async () => void done.push("hold"),
			release: async () => {
				done.push("release");
				releasedAt = now;
			},
			...options.reach,
		},
	});
	return { report, done, steps, looks, releasedAt, ms: now - startAt, message: report.objectives[0]?.message };
}

/** The view with other pods once some were deleted. */
const afterDeletion = (done: string[]) => (done.includes("delete") ? renewed : healthy);
const renewed = lab((view) => {
	for (const pod of view.pods.filter(({ metadata }) => metadata?.uid))
		Object.assign(pod.metadata ?? {}, { uid: `new-${pod.metadata?.uid}` });
});

test("a lasting repair is probed, disturbed twice under a hold, and looked at once more when changes are taken again", async () => {
	const { report, done } = await grade({ view: afterDeletion });
	expect(report).toMatchObject({ verdict: "pass", repair: "repair", points: 100 });
	expect(done).toEqual(["hold", "delete", "delete", "roll out", "roll out", "release"]);
});

test("the hold window of denies is watched in the last look, on which a pass rests, and not in those before", async () => {
	const { looks } = await grade({ view: afterDeletion });
	expect(looks.map(({ holds }) => holds)).toEqual([false, false, false, true]);
});

test("the last look is taken a moment after changes are taken again, which nobody can foresee", async () => {
	const { looks, releasedAt } = await grade({ view: afterDeletion });
	// Between 200 and 1200 ms; `random` says the middle.
	expect((looks.at(-1)?.at ?? 0) - releasedAt).toBe(700);
});

test("guards are judged before the check disturbs anything: what it makes is nobody's repair", async () => {
	const seen: string[][] = [];
	const done: string[] = [];
	const hand = (what: string) => async () => {
		done.push(what);
		return {};
	};
	await grade({
		reach: {
			hands: { deletePod: hand("delete"), rollOut: hand("roll out") },
			act: async (guards) => {
				seen.push([...done]);
				return [...guards];
			},
		},
	});
	expect(seen).toEqual([[]]);
	expect(done).toContain("delete");
});

test("samples are drawn once a round and not again in the last look: the risks are spent for three", async () => {
	const sampled = { ...scenario.objectives[0], id: "sampled", check: { ...check, sampling: {} } };
	const both = { ...scenario, objectives: [...scenario.objectives, sampled] } as unknown as ScenarioInstance;
	const { looks, report } = await grade({ view: afterDeletion, scenario: both });
	expect(report.verdict).toBe("pass");
	expect(looks.filter(({ ids }) => ids.includes("sampled"))).toHaveLength(3);
	expect(looks.at(-1)?.ids).toEqual(["o"]);
});

test("after a disturbance traffic is given as long as endpoints and rules lag, and no longer", async () => {
	const failingFor = (forMs: number) => {
		let deletedAt: number | undefined;
		return (done: string[], ms: number): Verdict => {
			if (done.includes("delete")) deletedAt ??= ms;
			return deletedAt !== undefined && ms - deletedAt < forMs ? "fail" : "pass";
		};
	};
	expect((await grade({ view: afterDeletion, verdict: failingFor(10_000) })).report.verdict).toBe("pass");
	const { report, done } = await grade({ view: afterDeletion, verdict: failingFor(30_000) });
	expect(report.verdict).toBe("fail");
	expect(done).not.toContain("roll out");
});

test("a workload that does not come back fails what its other pods still serve", async () => {
	const lacking = (done: string[]) => (done.includes("delete") ? { ...renewed, pods: renewed.pods.slice(1) } : healthy);
	const { report, message, done } = await grade({ view: lacking });
	expect(report.verdict).toBe("fail");
	expect(message).toMatch(/^After one pod of each workload was deleted: Deployment front has 0 of 1 pods ready after \d+ s$/);
	expect(done).not.toContain("roll out");
});

test("a workload that is not back by a view that has lost its cluster accuses nobody", async () => {
	let [reads, released] = [0, false];
	const { report } = await grade({
		view: (done) => (done.includes("delete") ? lab((view) => void view.pods.splice(1, 1)) : healthy),
		reach: {
			// Gone when the check looks why, and back before it ends.
			read: async () => (++reads > 2 && !released ? Promise.reject(unreadable) : healthy),
			release: async () => {
				released = true;
			},
		},
	});
	expect(report).toMatchObject({ verdict: "error", objectives: [{ verdict: "pass" }] });
});

test("a lone pod behind the Service that the check has deleted itself is no change by anybody", async () => {
	const withLone = (view: Parameters<Change>[0]) => {
		const status = { phase: "Running", podIP: "10.0.0.99", conditions: [{ type: "Ready", status: "True" }] };
		view.pods.push({ metadata: { name: "lone", namespace: "shop", uid: "uid-lone" }, spec: { containers: [] }, status });
		view.endpointSlices[0]?.endpoints?.push({ addresses: ["10.0.0.99"] });
	};
	const { report, steps } = await grade({ view: (done) => (done.includes("delete") ? renewed : lab(withLone)) });
	expect(steps.some((step) => /^Deleting one pod of catalog, front, lone/.test(step))).toBe(true);
	expect(report.verdict).toBe("pass");
});

test.each([
	["delete", "After one pod of each workload was deleted: said"],
	["roll out", "After each workload was rolled out once: said"],
	["release", "When the check was over: said"],
])("a repair that %s undoes fails, and says when", async (act, expected) => {
	const { report, message, done } = await grade({ view: afterDeletion, verdict: (so) => (so.includes(act) ? "fail" : "pass") });
	expect(report).toMatchObject({ verdict: "fail", repair: "none", points: 0 });
	expect(message).toBe(expected);
	expect(done.at(-1)).toBe("release");
});

test("what a change from before the check still needs is waited for and named, and nothing is waited for without one", async () => {
	const lately = (view: ClusterView): ClusterView => ({
		...view,
		services: view.services.map((one) => ({ ...one, metadata: { ...one.metadata, managedFields: [{ time: new Date(startAt - 1000) }] } })),
	});
	const late = (_: string[], ms: number): Verdict => (ms < 6000 ? "fail" : "pass");
	const { report, steps } = await grade({ view: (done) => lately(afterDeletion(done)), verdict: late });
	expect(report.verdict).toBe("pass");
	expect(steps.some((step) => /^Waiting for the nodes to take up Service /.test(step))).toBe(true);
	const untouched = await grade({ view: afterDeletion, verdict: late });
	expect(untouched.report.verdict).toBe("fail");
	expect(untouched.steps.filter((step) => step.startsWith("Waiting"))).toEqual([]);
});

test("what was repaired only while the check ran fails, with the change named", async () => {
	const racing = (done: string[]) => {
		const view = afterDeletion(done);
		if (!done.includes("hold")) return view;
		return { ...view, services: [{ metadata: { name: "catalog", namespace: "shop" }, spec: { selector: { app: "catalog" } } }] };
	};
	const { report, message } = await grade({ view: racing });
	expect(report.verdict).toBe("fail");
	expect(message).toContain("Changed while the check ran: Service catalog of namespace shop (spec");
});

test("a lab that is broken and untouched is judged soon, and not disturbed", async () => {
	const { report, done, ms } = await grade({ verdict: () => "fail" });
	expect(report.verdict).toBe("fail");
	expect(done).toEqual(["hold", "release"]);
	expect(ms).toBeLessThan(5000);
});

test("a namespace that the learner has deleted is a failure that names it", async () => {
	const { report, message } = await grade({
		verdict: () => "fail",
		view: () => ({ ...healthy, namespaces: [], deployments: [], pods: [] }),
	});
	expect(report.verdict).toBe("fail");
	expect(message).toBe("said Found: namespace shop is gone.");
});

test("a Deployment that the learner has scaled to 0 is named", async () => {
	const scaled = lab((view) => void Object.assign(view.deployments[1]?.spec ?? {}, { replicas: 0 }));
	const { message } = await grade({ verdict: () => "fail", view: () => scaled });
	expect(message).toContain("Deployment catalog is scaled to 0");
});

test("cluster DNS that the learner has stopped is named", async () => {
	const { message } = await grade({ verdict: () => "fail", view: () => lab((view) => void view.pods.pop()) });
	expect(message).toBe("said Found: no pod of cluster DNS is ready.");
});

const unreadable = new AppError("cluster-unreadable", "The lab's cluster does not answer: refused", { retryable: true });

test("without the API server the verdict is an error, and traffic is told by the last known view", async () => {
	const { report } = await grade({ reach: { read: () => Promise.reject(unreadable) } });
	expect(report).toMatchObject({ verdict: "error", repair: "none", points: 0 });
	expect(report.objectives).toMatchObject([{ id: "o", verdict: "pass" }]);
	expect(report.trouble).toContain("The lab's cluster does not answer: refused. What traffic says");
});

test("an API server that goes away on the way accuses nobody, and the hold is ended", async () => {
	const { report, done } = await grade({ reach: { hands: { deletePod: () => Promise.reject(unreadable), rollOut: async () => ({}) } } });
	expect(report.verdict).toBe("error");
	expect(done).toEqual(["hold", "release"]);
});

test("a check that is cancelled ends its hold", async () => {
	const done: string[] = [];
	const failing = grade({
		reach: { evaluate: () => Promise.reject(new Error("cancelled")), release: async () => void done.push("release") },
	});
	await expect(failing).rejects.toThrow("cancelled");
	expect(done).toEqual(["release"]);
});

test("trouble that is not the cluster's is no report", async () => {
	const broken = grade({ reach: { hands: { deletePod: () => Promise.reject(new Error("boom")), rollOut: async () => ({}) } } });
	await expect(broken).rejects.toThrow("boom");
});

test("what is not proven yet is not disturbed", async () => {
	const { report, done } = await grade({ verdict: () => "unproven" });
	expect(report.verdict).toBe("unproven");
	expect(done).toEqual(["hold", "release"]);
});

test("the steps say what is done to whom", async () => {
	const { steps } = await grade({ view: afterDeletion });
	expect(steps).toContain("Deleting one pod of catalog, front: 3 of 3 ready");
	expect(steps).toContain("Rolling out catalog, front: 3 of 3 ready");
});

test("a look that finds nothing new is no step of its own", async () => {
	const lacking = lab((view) => void view.pods.splice(1, 1));
	let looks = 0;
	const { steps } = await grade({ view: (done) => (done.includes("delete") && looks++ < 10 ? lacking : afterDeletion(done)) });
	expect(steps.filter((step) => step === "Deleting one pod of catalog, front: 2 of 3 ready")).toHaveLength(1);
});
