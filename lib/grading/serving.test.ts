import { expect, test } from "vitest";
import type { ScenarioInstance } from "../scenarios/instance.ts";
import type { Objective } from "../scenarios/schema.ts";
import type { ClusterView } from "./cluster-view.ts";
import { inWords } from "./served.ts";
import { servingOf } from "./serving.ts";
import { deployment, pod, replicaSet, service, shopView, slice } from "./test-support/shop-view.ts";

type Change = NonNullable<Parameters<typeof shopView>[0]>;

function serving(check: object, change: Change = () => {}, baselineObjects: object[] = []) {
	const view: ClusterView = shopView(change);
	const objectives = [{ id: "o", title: "o", points: 1, check } as unknown as Objective];
	const scenario = { namespace: "shop", baselineObjects, objectives } as unknown as ScenarioInstance;
	const { byObjective, all } = servingOf(scenario, view);
	return { rests: (byObjective.get("o") ?? []).map(inWords), all: all.map(inWords) };
}

const byName = { type: "http", from: { deployment: "front" }, url: "http://catalog/", backends: [{ deployment: "catalog" }] };

test("clients and backends that a check names serve it", () => {
	expect(serving(byName).rests).toEqual(["Deployment front", "Deployment catalog"]);
});

test("whatever a repair has put behind the Service serves too: a lone pod, another controller's", () => {
	const impostors: Change = (view) => {
		view.pods.push({ metadata: { name: "lone", namespace: "shop" }, status: { podIP: "10.0.0.66", phase: "Running" } });
		view.deployments.push(deployment("double", 1));
		view.replicaSets.push(replicaSet("double"));
		view.pods.push(pod("double-1", "double", "10.0.0.67"));
		view.endpointSlices.push(slice("catalog", ["10.0.0.66", "10.0.0.67"]));
	};
	expect(serving(byName, impostors).rests).toEqual(["Deployment front", "Deployment catalog", "pod lone", "Deployment double"]);
});

test("what the baseline has as a lone pod is left alone: nothing would bring it back", () => {
	const asks = { ...byName, from: { pods: { run: "tester" } } };
	const tester: Change = (view) =>
		void view.pods.push({ metadata: { name: "tester", namespace: "shop", labels: { run: "tester" } }, status: { phase: "Running" } });
	expect(serving(asks, tester).all).toEqual(["Deployment catalog", "pod tester"]);
	const baseline = [{ object: { kind: "Pod", metadata: { name: "tester" } } }];
	expect(serving(asks, tester, baseline).all).toEqual(["Deployment catalog"]);
});

test("who asks and who is asked in a table of ways is disturbed, allowed or denied", () => {
	const table = {
		type: "matrix",
		sources: { front: { deployment: "front" }, job: { pods: { run: "job" } } },
		destinations: { catalog: { host: "catalog", port: 80 } },
	};
	const job: Change = (view) => {
		const one = pod("indexer-2", "indexer", "10.0.0.22");
		view.pods.push({ ...one, metadata: { ...one.metadata, labels: { run: "job" } } });
	};
	expect(serving(table, job).rests).toEqual(["Deployment front", "Deployment indexer", "Deployment catalog"]);
});

test("a workload counts by its name, whatever kind it has now", () => {
	const kinds = serving(byName, (view) => {
		const [moved] = view.deployments.splice(1, 1);
		view.statefulSets.push(moved as never);
	});
	expect(kinds.rests).toContain("StatefulSet catalog");
});

test("what an application reaches by its own configuration is disturbed with it", () => {
	const rerouted: Change = (view) => {
		const env = [{ name: "UPSTREAMS", value: "catalog=http://proxy:80" }];
		Object.assign(view.pods[0]?.spec ?? {}, { containers: [{ name: "front", env }] });
		view.services.push(service("proxy"));
		view.pods.push({ metadata: { name: "proxy-pod", namespace: "shop" }, status: { podIP: "10.0.0.68", phase: "Running" } });
		view.endpointSlices.push(slice("proxy", ["10.0.0.68"]));
	};
	const app = { type: "app", from: { deployment: "front" }, url: "http://front/", backend: { deployment: "catalog" } };
	expect(serving(app, rerouted)).toEqual({
		rests: ["Deployment front", "Deployment catalog"],
		all: ["Deployment front", "Deployment catalog", "pod proxy-pod"],
	});
});

test("cluster DNS is disturbed where a lookup is the objective, and only there", () => {
	const withDns: Change = (view) => {
		view.services.push({ metadata: { name: "kube-dns", namespace: "kube-system" }, spec: {} });
		view.pods.push({
			metadata: { name: "second-dns", namespace: "kube-system" },
			status: { podIP: "10.0.0.53", phase: "Running" },
		});
		const dns = slice("kube-dns", ["10.0.0.53"]);
		view.endpointSlices.push({ ...dns, metadata: { ...dns.metadata, namespace: "kube-system" } });
	};
	const lookup = { type: "dns", from: { deployment: "front" }, name: "catalog" };
	expect(serving(lookup, withDns).rests).toEqual(["Deployment front", "pod second-dns"]);
	expect(serving(byName, withDns).all).not.toContain("pod second-dns");
});

test("a name server that is asked at its endpoints is disturbed, whoever's Service it stands behind", () => {
	const withHouse: Change = (view) => {
		view.services.push({ metadata: { name: "house-dns", namespace: "kube-system" }, spec: {} });
		view.pods.push({ metadata: { name: "house", namespace: "kube-system" }, status: { podIP: "10.0.0.54", phase: "Running" } });
		const house = slice("house-dns", ["10.0.0.54"]);
		view.endpointSlices.push({ ...house, metadata: { ...house.metadata, namespace: "kube-system" } });
	};
	const endpointsOf = { service: "house-dns", namespace: "kube-system", atLeast: 1 };
	const lookup = { type: "dns", from: { deployment: "front" }, name: "printer.house.example", endpointsOf };
	expect(serving(lookup, withHouse).rests).toEqual(["Deployment front", "pod house"]);
});

test("a node's port leads to what serves it: a node port's pods, and who holds the host's port", () => {
	const open: Change = (view) => {
		view.services.push({ metadata: { name: "front", namespace: "shop" }, spec: { ports: [{ port: 80, nodePort: 30080 }] } });
		view.endpointSlices.push(slice("front", ["10.0.0.1"]));
		const spec = { containers: [{ name: "c", ports: [{ containerPort: 8000, hostPort: 80 }] }] };
		view.pods.push({ metadata: { name: "holder", namespace: "edge" }, spec });
	};
	const at = (url: string) => serving({ type: "http", from: "workstation", url }, open).rests;
	expect(at("http://{node}:30080/")).toEqual(["Deployment front"]);
	expect(at("http://{node}/")).toEqual(["pod holder"]);
});
