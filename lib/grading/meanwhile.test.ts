import { expect, test } from "vitest";
import { changedMeanwhile, rolloutAnnotation } from "./meanwhile.ts";
import { pod, shopView, slice } from "./test-support/shop-view.ts";

const changes = (change: Parameters<typeof shopView>[0], deleted?: Set<string>) => changedMeanwhile(shopView(), shopView(change), deleted);

test("what somebody changed is named with its fields", () => {
	expect(changes((view) => void Object.assign(view.services[0]?.spec ?? {}, { selector: { app: "catalog" } }))).toEqual([
		"Service catalog of namespace shop (spec.selector)",
	]);
	expect(changes((view) => void view.deployments.pop())).toEqual(["Deployment indexer of namespace shop (deleted)"]);
	expect(changes((view) => void view.configMaps.push({ metadata: { name: "new", namespace: "shop" } }))).toEqual([
		"ConfigMap new of namespace shop (created)",
	]);
	expect(changes((view) => void Object.assign(view.deployments[1]?.metadata ?? {}, { uid: "another" }))).toEqual([
		"Deployment catalog of namespace shop (recreated)",
	]);
});

test("our own rollout, statuses, revisions and what follows a selector are no change", () => {
	const same = changes((view) => {
		const deployment = view.deployments[1];
		Object.assign(deployment?.spec?.template ?? {}, { metadata: { annotations: { [rolloutAnnotation]: "now" } } });
		Object.assign(deployment?.metadata ?? {}, { generation: 2, annotations: { "deployment.kubernetes.io/revision": "2" } });
		Object.assign(deployment?.status ?? {}, { availableReplicas: 1 });
		view.endpointSlices = [slice("catalog", ["10.0.0.99"])];
		view.pods = [pod("catalog-9", "catalog", "10.0.0.99")];
	});
	// A template without metadata and one with an empty one say the same.
	expect(same).toEqual([]);
});

test("an autoscaler's replicas are no change, a person's are", () => {
	const scale = (manager: string) =>
		changes((view) => {
			Object.assign(view.deployments[1]?.spec ?? {}, { replicas: 5 });
			Object.assign(view.deployments[1]?.metadata ?? {}, { managedFields: [{ manager, subresource: "scale" }] });
		});
	expect(scale("kubectl")).toEqual(["Deployment catalog of namespace shop (spec.replicas)"]);
	expect(scale("kube-controller-manager")).toEqual([]);
});

test("a lone pod that the check has deleted is no change; another's is", () => {
	const lone = (view: Parameters<NonNullable<Parameters<typeof shopView>[0]>>[0]) =>
		void view.pods.push({ metadata: { name: "lone", namespace: "shop", uid: "lone-uid" }, spec: { containers: [] } });
	const gone = (deleted: Set<string>) => changedMeanwhile(shopView(lone), shopView(), deleted);
	expect(gone(new Set(["lone-uid"]))).toEqual([]);
	expect(gone(new Set())).toEqual(["pod lone of namespace shop (deleted)"]);
	expect(changes(lone)).toEqual(["pod lone of namespace shop (created)"]);
});

test("a slice written by hand counts", () => {
	const own = slice("catalog", ["10.0.0.99"]);
	Object.assign(own.metadata ?? {}, { name: "own", labels: { "kubernetes.io/service-name": "catalog" } });
	expect(changes((view) => void view.endpointSlices.push(own))).toEqual(["EndpointSlice own of namespace shop (created)"]);
});
