import type { V1Deployment, V1EndpointSlice, V1Pod, V1ReplicaSet, V1Service } from "@kubernetes/client-node";
import type { LabProbe, ProbeResult } from "../../providers/provider.ts";
import type { CheckContext, CheckDialogue, Judgement } from "../checks/judgement.ts";
import type { ClusterView, Workload } from "../cluster-view.ts";
import { kindAndName } from "../workload-reference.ts";

const image = "faultline.dev/shop:1";

/** A small cluster of one namespace, `shop`, for tests of checks and guards. */
export function shopView(change: (view: Mutable) => void = () => {}): ClusterView {
	const view: Mutable = {
		...{ namespaces: [], statefulSets: [], daemonSets: [], configMaps: [], endpoints: [] },
		...{ networkPolicies: [], ingresses: [], ingressClasses: [] },
		nodes: [{ name: "node-1", address: "172.30.0.2" }],
		deployments: [deployment("front", 1), deployment("catalog", 2), deployment("indexer", 1)],
		replicaSets: [replicaSet("front"), replicaSet("catalog"), replicaSet("indexer")],
		pods: [
			pod("front-1", "front", "10.0.0.1"),
			pod("catalog-1", "catalog", "10.0.0.11"),
			pod("catalog-2", "catalog", "10.0.0.12"),
			pod("indexer-1", "indexer", "10.0.0.21"),
		],
		services: [service("catalog")],
		endpointSlices: [slice("catalog", ["10.0.0.11", "10.0.0.12"])],
	};
	change(view);
	return view;
}

type Mutable = { -readonly [K in keyof ClusterView]: ClusterView[K] extends readonly (infer T)[] ? T[] : ClusterView[K] };

export function pod(name: string, deploymentName: string, ip: string): V1Pod {
	return {
		metadata: { name, namespace: "shop", uid: `uid-${name}`, ownerReferences: [owner("ReplicaSet", `${deploymentName}-rs`)] },
		spec: { containers: [{ name: deploymentName, image }] },
		status: { phase: "Running", podIP: ip, conditions: [{ type: "Ready", status: "True" }] },
	};
}

export function deployment(name: string, replicas: number): V1Deployment {
	return {
		metadata: { name, namespace: "shop", uid: `uid-${name}`, generation: 1 },
		spec: {
			replicas,
			selector: {},
			template: {
				spec: {
					containers: [{ name, image, env: [{ name: "NAME", value: name }], readinessProbe: { httpGet: { path: "/readyz", port: 8080 } } }],
				},
			},
		},
		status: { observedGeneration: 1, replicas, updatedReplicas: replicas, availableReplicas: replicas },
	};
}

export function replicaSet(of: string): V1ReplicaSet {
	return { metadata: { name: `${of}-rs`, namespace: "shop", uid: `uid-${of}-rs`, ownerReferences: [owner("Deployment", of)] } };
}

export function service(name: string): V1Service {
	return {
		metadata: { name, namespace: "shop" },
		spec: { type: "ClusterIP", clusterIP: "10.96.0.7", ports: [{ name: "http", port: 80 }] },
	};
}

export function slice(of: string, addresses: string[]): V1EndpointSlice {
	return {
		metadata: {
			name: `${of}-abc`,
			namespace: "shop",
			labels: { "kubernetes.io/service-name": of, "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io" },
		},
		addressType: "IPv4",
		ports: [{ name: "http", port: 8080 }],
		endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })),
	};
}

function owner(kind: string, name: string) {
	return { apiVersion: "apps/v1", kind, name, uid: `uid-${name}`, controller: true };
}

export function checkContext(view: ClusterView): CheckContext {
	let count = 0;
	return {
		view,
		namespace: "shop",
		maxSamples: 60,
		now: 1_000_000,
		holds: true,
		live: false,
		perSecond: 50,
		risks: (stated) => stated,
		nonce: () => `n${++count}`,
		workload: (reference): Workload => {
			const { kind, name } = kindAndName(reference);
			return { kind, namespace: reference.namespace ?? "shop", name, containers: [{ name, image }] };
		},
	};
}

/** Plays a dialogue to its end: `answer` is the cluster; `pausesMs` are the pauses it took. */
export function play(
	dialogue: CheckDialogue,
	answer: (probe: LabProbe) => Partial<ProbeResult>,
): { judgement: Judgement; sent: LabProbe[]; pausesMs: number[] } {
	const sent: LabProbe[] = [];
	const pausesMs: number[] = [];
	let turn = dialogue.next();
	while (!turn.done) {
		if ("pauseMs" in turn.value) {
			pausesMs.push(turn.value.pauseMs);
			turn = dialogue.next([]);
			continue;
		}
		sent.push(...turn.value);
		turn = dialogue.next(
			turn.value.map((probe, index) => ({ id: String(index), outcome: "answered", detail: "", durationMs: 1, ...answer(probe) })),
		);
	}
	return { judgement: turn.value, sent, pausesMs };
}

/** An HTTP answer. */
export function http(status: number, body = "{}"): Partial<ProbeResult> {
	return { outcome: "answered", http: { status, headers: {}, body } };
}

/** The answer of a pod's own loopback, told from other probes by its URL. */
export function isWitness(probe: LabProbe): boolean {
	return probe.kind === "http" && probe.url.startsWith("http://127.0.0.1:9901/");
}
