import { expect, test } from "vitest";
import type { ClusterHands } from "./cluster-hands.ts";
import type { ClusterView } from "./cluster-view.ts";
import { createDisturber } from "./disturb.ts";
import type { Served } from "./served.ts";
import { shopView } from "./test-support/shop-view.ts";

const catalog: Served = { kind: "Deployment", namespace: "shop", name: "catalog" };

function play(views: { current: ClusterView }, hands: Partial<ClusterHands> = {}) {
	const done: string[] = [];
	let now = 0;
	const clock = { now: () => now, sleep: async () => {} };
	const disturber = createDisturber({
		clock,
		hands: {
			deletePod: async ({ name }) => {
				done.push(`delete ${name}`);
				return {};
			},
			rollOut: async ({ name }) => {
				done.push(`roll out ${name}`);
				return {};
			},
			...hands,
		},
		watching: {
			current: () => views.current,
			change: async (ms) => {
				now += ms;
			},
		},
	});
	return { disturber, done, clock };
}

test("a pod that serves is deleted, not one that nobody asks", async () => {
	const view = shopView((it) => void Object.assign(it.endpointSlices[0] ?? {}, { endpoints: [{ addresses: ["10.0.0.12"] }] }));
	const { disturber, done } = play({ current: view });
	await disturber.deletePods([catalog]);
	expect(done).toEqual(["delete catalog-2"]);
	expect([...disturber.deleted]).toEqual(["uid-catalog-2"]);
});

test("where nobody is asked, a pod that is ready and stays is deleted", async () => {
	const view = shopView((it) => {
		it.endpointSlices = [];
		Object.assign(it.pods[1]?.status ?? {}, { conditions: [{ type: "Ready", status: "False" }] });
		Object.assign(it.pods[0]?.metadata ?? {}, { deletionTimestamp: "2030-01-01T00:00:00Z" });
	});
	const { disturber, done } = play({ current: view });
	await disturber.deletePods([{ ...catalog, name: "front" }, catalog]);
	expect(done).toEqual(["delete catalog-2"]);
});

test("a Deployment that the learner has paused is told of, and the check goes on", async () => {
	const view = shopView((it) => void Object.assign(it.deployments[1]?.spec ?? {}, { paused: true }));
	const { disturber, done } = play({ current: view });
	await disturber.rollOut([catalog]);
	const stuck = await disturber.settled([catalog], () => {});
	expect(done).toEqual([]);
	expect([...stuck.values()]).toEqual(["Deployment catalog can't be rolled out: it is paused"]);
});

test("what the cluster refuses is the lab's state, not the grader's trouble", async () => {
	const { disturber } = play({ current: shopView() }, { rollOut: async () => ({ refused: "denied by webhook" }) });
	await disturber.rollOut([catalog]);
	expect([...(await disturber.settled([catalog], () => {})).values()]).toEqual([
		"Deployment catalog can't be rolled out: denied by webhook",
	]);
});

test("a deletion that the cluster refuses is told of as well", async () => {
	const { disturber } = play({ current: shopView() }, { deletePod: async () => ({ refused: "denied by webhook" }) });
	await disturber.deletePods([catalog]);
	expect([...(await disturber.settled([catalog], () => {})).values()]).toEqual([
		"Deployment catalog can't be disturbed: denied by webhook",
	]);
});

test("a deletion is not over before the view knows of it", async () => {
	const views = { current: shopView() };
	const { disturber, clock } = play(views);
	await disturber.deletePods([catalog]);
	const settling = disturber.settled([catalog], () => {
		if (clock.now() >= 2000) views.current = shopView((it) => void Object.assign(it.pods[1]?.metadata ?? {}, { uid: "new" }));
	});
	expect((await settling).size).toBe(0);
	expect(clock.now()).toBeGreaterThanOrEqual(2000);
});

test("pods that no rollout replaces by itself are deleted for it", async () => {
	const view = shopView((it) => {
		const [set] = it.deployments.splice(1, 1);
		it.daemonSets.push({ ...set, spec: { ...set?.spec, updateStrategy: { type: "OnDelete" } } } as never);
		for (const one of it.pods.slice(1, 3)) {
			const owner = { apiVersion: "apps/v1", kind: "DaemonSet", name: "catalog", uid: "uid-catalog", controller: true };
			Object.assign(one.metadata ?? {}, { ownerReferences: [owner] });
		}
	});
	const { disturber, done } = play({ current: view });
	await disturber.rollOut([{ ...catalog, kind: "DaemonSet" }]);
	expect(done).toEqual(["roll out catalog", "delete catalog-1", "delete catalog-2"]);
});

test("a pod that takes its full time to end is ended once, after a moment", async () => {
	const view = shopView((it) => {
		Object.assign(it.pods[1]?.metadata ?? {}, { deletionTimestamp: "2030-01-01T00:00:00Z", deletionGracePeriodSeconds: 30 });
	});
	const at: number[] = [];
	const { disturber, done, clock } = play({ current: view });
	await disturber.settled([catalog], () => {
		if (done.length > at.length) at.push(clock.now());
	});
	expect(done).toEqual(["delete catalog-1"]);
	expect(at[0]).toBeGreaterThan(2000);
	expect(at[0]).toBeLessThan(4000);
});

test("a rollout is not over before the view knows of it", async () => {
	const views = { current: shopView() };
	const { disturber, clock } = play(views, { rollOut: async () => ({ generation: 2 }) });
	await disturber.rollOut([catalog]);
	const settling = disturber.settled([catalog], () => {
		if (clock.now() < 2000) return;
		views.current = shopView((it) => {
			Object.assign(it.deployments[1]?.metadata ?? {}, { generation: 2 });
			Object.assign(it.deployments[1]?.status ?? {}, { observedGeneration: 2 });
		});
	});
	expect((await settling).size).toBe(0);
	expect(clock.now()).toBeGreaterThanOrEqual(2000);
});

test("what can't come back is not waited for as long as what may", async () => {
	const stuckAfter = async (conditions: object[]) => {
		const view = shopView((it) => {
			it.pods.splice(1, 1);
			Object.assign(it.deployments[1]?.status ?? {}, { conditions });
		});
		const { disturber, clock } = play({ current: view });
		expect((await disturber.settled([catalog], () => {})).size).toBe(1);
		return clock.now();
	};
	const patienceMs = await stuckAfter([]);
	expect(patienceMs).toBeGreaterThan(60_000);
	expect(patienceMs).toBeLessThan(62_000);
	expect(await stuckAfter([{ type: "ReplicaFailure", status: "True", message: "exceeded quota" }])).toBeLessThan(16_000);
});

test("a reason that goes away is forgotten: only one that stays 15 s is believed", async () => {
	const refusedWhile = (refused: (ms: number) => boolean) => {
		const conditions = [{ type: "ReplicaFailure", status: "True", message: "exceeded quota" }];
		const lacking = (more: object[]) =>
			shopView((it) => {
				it.pods.splice(1, 1);
				Object.assign(it.deployments[1]?.status ?? {}, { conditions: more });
			});
		const views = { current: lacking([]) };
		const { disturber, clock } = play(views);
		return disturber
			.settled([catalog], () => {
				views.current = lacking(refused(clock.now()) ? conditions : []);
			})
			.then(() => clock.now());
	};
	expect(await refusedWhile(() => true)).toBeLessThan(17_000);
	// Ten seconds of refusal, then one without, again and again.
	expect(await refusedWhile((ms) => ms % 11_000 < 10_000)).toBeGreaterThan(60_000);
});

test("a rollout that waits for the node's port gets it from the old pod", async () => {
	const view = shopView((it) => {
		Object.assign(it.deployments[1]?.metadata ?? {}, { generation: 2 });
		const conditions = [{ type: "PodScheduled", status: "False", message: "1 node(s) didn't have free ports for the requested pod ports" }];
		Object.assign(it.pods[2]?.status ?? {}, { conditions });
	});
	const { disturber, done } = play({ current: view });
	await disturber.settled([catalog], () => {});
	expect(done).toEqual(["delete catalog-1"]);
});

test("how many pods are ready is told meanwhile", async () => {
	const told: string[] = [];
	const { disturber } = play({ current: shopView((it) => void it.pods.splice(1, 1)) });
	await disturber.settled([catalog], (counts) => told.push(counts));
	expect(told[0]).toBe("1 of 2 ready");
});
