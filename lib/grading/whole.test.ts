import { expect, test } from "vitest";
import type { Served } from "./served.ts";
import { shopView } from "./test-support/shop-view.ts";
import { lackOf } from "./whole.ts";

const catalog: Served = { kind: "Deployment", namespace: "shop", name: "catalog" };
const lackIn = (change: Parameters<typeof shopView>[0]) => lackOf(shopView(change), catalog);

test("a workload is whole when its rollout is over and every pod is ready", () => {
	expect(lackOf(shopView(), catalog)).toBeUndefined();
});

test("it is not while pods are missing, or a rollout is not yet seen", () => {
	expect(lackIn((view) => void view.pods.splice(1, 1))?.problem).toBe("Deployment catalog has 1 of 2 pods ready");
	expect(lackIn((view) => void Object.assign(view.deployments[1]?.metadata ?? {}, { generation: 2 }))).toMatchObject({
		ready: 2,
		wanted: 2,
	});
	expect(lackOf(shopView(), catalog, 2), "a view from before the rollout").toBeDefined();
});

test("it is not while an old pod is leaving; a finalizer that holds it is named", () => {
	const leave = (view: Parameters<NonNullable<Parameters<typeof shopView>[0]>>[0], finalizers: string[]) => {
		view.pods.push(structuredClone(view.pods[1] as (typeof view.pods)[number]));
		Object.assign(view.pods.at(-1)?.metadata ?? {}, { deletionTimestamp: new Date(), finalizers });
	};
	expect(lackIn((view) => leave(view, []))).toMatchObject({ problem: "a pod of Deployment catalog is still leaving", hopeless: false });
	expect(lackIn((view) => leave(view, ["example.com/hold"]))).toMatchObject({
		problem: "a pod of Deployment catalog is still leaving: finalizer example.com/hold holds pod catalog-1",
		hopeless: true,
	});
});

test("what refuses its pods is named: a quota, a webhook", () => {
	const message = 'pods "catalog-3" is forbidden: exceeded quota: none, requested: pods=1';
	const refused = lackIn((view) => {
		view.pods.splice(1, 1);
		Object.assign(view.deployments[1]?.status ?? {}, { conditions: [{ type: "ReplicaFailure", status: "True", message }] });
	});
	expect(refused).toEqual({ problem: `Deployment catalog has 1 of 2 pods ready (${message})`, ready: 1, wanted: 2, hopeless: true });
});

test("what keeps a pod from starting is named: no node takes it, its image can't be had", () => {
	const withStatus = (status: object) => lackIn((view) => void Object.assign(view.pods[1]?.status ?? {}, { conditions: [], ...status }));
	const conditions = [{ type: "PodScheduled", status: "False", message: "0/1 nodes are available: 1 node(s) had untolerated taint" }];
	expect(withStatus({ conditions })?.problem).toContain("(pod catalog-1: 0/1 nodes are available: 1 node(s) had untolerated taint)");
	const waiting = { reason: "ErrImageNeverPull", message: "Container image is not present" };
	expect(withStatus({ containerStatuses: [{ state: { waiting } }] })).toMatchObject({
		problem: expect.stringContaining("(pod catalog-1: ErrImageNeverPull: Container image is not present)"),
		hopeless: true,
	});
	const starting = { containerStatuses: [{ state: { waiting: { reason: "ContainerCreating" } } }] };
	expect(withStatus(starting)).toMatchObject({ hopeless: false });
});

test("a Deployment that the learner has deleted is not waited for", () => {
	expect(lackIn((view) => void view.deployments.splice(1, 1))).toBeUndefined();
});
