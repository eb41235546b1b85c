import { expect, test } from "vitest";
import { createDisturber, unsettled } from "./disturb.ts";
import { checkContext, shopView } from "./test-support/shop-view.ts";

const workload = checkContext(shopView()).workload({ deployment: "catalog" });

test("a workload is settled when its rollout is over and every pod is ready", () => {
	expect(unsettled(shopView(), workload)).toBeUndefined();
});

test("it is not while pods are missing, leaving, or a rollout is not yet seen", () => {
	const missing = shopView((view) => void view.pods.splice(1, 1));
	expect(unsettled(missing, workload)).toBe("Deployment catalog has 1 of 2 pods ready");
	const unseen = shopView((view) => void Object.assign(view.deployments[1]?.metadata ?? {}, { generation: 2 }));
	expect(unsettled(unseen, workload)).toBe("Deployment catalog has 2 of 2 pods ready");
	const leaving = shopView((view) => {
		view.pods.push(structuredClone(view.pods[1] as (typeof view.pods)[number]));
		Object.assign(view.pods.at(-1)?.metadata ?? {}, { deletionTimestamp: new Date() });
	});
	expect(unsettled(leaving, workload)).toBe("a pod of Deployment catalog is still leaving");
});

test("a Deployment that the learner has deleted is not waited for", () => {
	expect(
		unsettled(
			shopView((view) => void view.deployments.splice(1, 1)),
			workload,
		),
	).toBeUndefined();
});

test("a Deployment that the learner has paused is told of, and the check goes on", async () => {
	const stderr = 'error: deployments.apps "catalog" can\'t restart paused deployment (run rollout resume first)';
	const disturber = createDisturber({
		environment: { kubectl: async () => ({ exitCode: 1, stdout: "", stderr }) },
		workloads: [workload],
		read: async () => shopView(),
		clock: { now: () => 0, sleep: async () => {} },
		signal: new AbortController().signal,
	});
	await disturber.rollOut();
	expect(await disturber.settled()).toBe(stderr);
});
