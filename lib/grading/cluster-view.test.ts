import type { V1Pod } from "@kubernetes/client-node";
import { expect, test } from "vitest";
import type { ScenarioInstance } from "../scenarios/instance.ts";
import { genuinePods, ownerInWords, type Workload } from "./cluster-view.ts";
import { checkContext, deployment, pod, shopView } from "./test-support/shop-view.ts";
import { workloadOf } from "./workload-reference.ts";

const catalog = checkContext(shopView()).workload({ deployment: "catalog" });
const names = (change: Parameters<typeof shopView>[0], workload: Workload = catalog) =>
	genuinePods(shopView(change), workload).map(({ metadata }) => metadata?.name);
const ownedBy = (name: string, kind: string, owner: string): V1Pod => {
	const made = pod(name, "catalog", "10.0.0.51");
	made.metadata = {
		...made.metadata,
		ownerReferences: [{ apiVersion: "apps/v1", kind, name: owner, uid: `uid-${owner}`, controller: true }],
	};
	return made;
};

test("a workload's pods are those of its controller that run what it ran", () => {
	expect(names(() => {})).toEqual(["catalog-1", "catalog-2"]);
	const running = (change: object) => names((shop) => Object.assign(shop.pods[1]?.spec?.containers[0] ?? {}, change));
	expect(running({ image: "nginx" })).toEqual(["catalog-2"]);
	expect(running({ command: ["/bin/sh"] })).toEqual(["catalog-2"]);
	expect(running({ args: ["-c", "serve"] })).toEqual(["catalog-2"]);
});

test("a controller of another kind and the same name is not the workload", () => {
	const withSet = (shop: { pods: V1Pod[] }) => void shop.pods.push(ownedBy("catalog-0", "StatefulSet", "catalog"));
	expect(names(withSet)).toEqual(["catalog-1", "catalog-2"]);
	expect(names(withSet, { ...catalog, kind: "StatefulSet" })).toEqual(["catalog-0"]);
	expect(names((shop) => void shop.pods.push(ownedBy("agent-x", "DaemonSet", "catalog")), { ...catalog, kind: "DaemonSet" })).toEqual([
		"agent-x",
	]);
});

test("what runs the same under another controller, in another namespace, or only names it as an owner is not the workload", () => {
	const withPod = (made: V1Pod) => names((shop) => void shop.pods.push(made));
	expect(withPod(ownedBy("double-1", "Deployment", "double"))).toEqual(["catalog-1", "catalog-2"]);
	const elsewhere = ownedBy("catalog-3", "Deployment", "catalog");
	Object.assign(elsewhere.metadata ?? {}, { namespace: "other" });
	expect(withPod(elsewhere)).toEqual(["catalog-1", "catalog-2"]);
	const claimed = ownedBy("claimed-1", "Deployment", "catalog");
	for (const reference of claimed.metadata?.ownerReferences ?? []) reference.controller = false;
	expect(withPod(claimed)).toEqual(["catalog-1", "catalog-2"]);
	expect(withPod(ownedBy("catalog-4", "Deployment", "catalog"))).toEqual(["catalog-1", "catalog-2", "catalog-4"]);
});

test("each of a workload's containers must be what it was", () => {
	const [one] = catalog.containers;
	const both = { ...catalog, containers: [...catalog.containers, { ...one, name: "log", image: "log:1" }] };
	const withLog = (image: string) =>
		names((shop) => {
			for (const { spec } of shop.pods.slice(1, 3)) spec?.containers.push({ name: "log", image: "log:1" });
			Object.assign(shop.pods[1]?.spec?.containers[1] ?? {}, { image });
		}, both);
	expect(withLog("log:1")).toEqual(["catalog-1", "catalog-2"]);
	expect(withLog("log:2")).toEqual(["catalog-2"]);
});

test("nothing is genuine of a workload that nothing is known of", () => {
	expect(names(() => {}, { ...catalog, containers: [] })).toEqual([]);
});

test("a pod's owner is told past its ReplicaSet, also where that is gone", () => {
	const view = shopView();
	expect(view.pods.map((one) => ownerInWords(view, one))).toContain("Deployment catalog");
	expect(ownerInWords({ ...view, replicaSets: [] }, pod("catalog-1", "catalog", "10.0.0.11"))).toBe("ReplicaSet catalog-rs");
	expect(ownerInWords(view, { metadata: { name: "alone" } })).toBe("no controller");
});

test("what every cluster has is taken as it was when the fault was in, not as the learner left it", () => {
	const scenario = { namespace: "shop", baselineObjects: [] } as unknown as ScenarioInstance;
	const dns = { ...deployment("coredns", 2), metadata: { name: "coredns", namespace: "kube-system" } };
	const before = shopView((shop) => void shop.deployments.push(dns));
	expect(workloadOf(scenario, { deployment: "coredns", namespace: "kube-system" }, before)).toMatchObject({
		...{ kind: "Deployment", namespace: "kube-system", name: "coredns" },
		containers: [{ name: "coredns" }],
	});
	expect(workloadOf(scenario, { daemonSet: "coredns", namespace: "kube-system" }, before).containers).toEqual([]);
});
