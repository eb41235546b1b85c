import type { V1Ingress } from "@kubernetes/client-node";
import { expect, test } from "vitest";
import type { Clock } from "../../core/clock.ts";
import type { ExecResult, LabProbe, ProbeResult } from "../../providers/provider.ts";
import type { GuardRuleOf } from "../../scenarios/guard-schema.ts";
import { nonceHeader } from "../checks/witness.ts";
import { type ClusterView, emptyView } from "../cluster-view.ts";
import { newRoutes } from "./new-routes.ts";
import { routeCopies } from "./route-copies.ts";

const rule: GuardRuleOf<"new-routes"> = {
	type: "new-routes",
	from: "edge",
	url: "http://{node}/",
	hosts: [{ host: "shop.example", service: "catalog", port: 80, backend: { deployment: "catalog" } }],
};
const host = { host: "shop.example", namespace: "shop", service: "catalog", port: 80, backend: { deployment: "catalog" } };

const ingress = (name: string, spec: V1Ingress["spec"], namespace = "shop"): V1Ingress => ({
	metadata: {
		...{ name, namespace, labels: { team: "shop" } },
		annotations: { "kubectl.kubernetes.io/last-applied-configuration": "{}", "traefik.ingress.kubernetes.io/router.entrypoints": "web" },
	},
	spec,
});
const front = ingress("front", { ingressClassName: "edge", tls: [{ hosts: ["shop.example"] }], rules: [{ host: "shop.example" }] });

/** A cluster with one pod of catalog whose routes are taken up as `takesUp` says. */
function cluster(options: { takesUp: (manifest: { kind: string }, seenAt: number) => boolean; mirrored?: boolean; refuses?: string }) {
	const container = { name: "catalog", image: "shop:1" };
	const owner = (kind: string, name: string) => ({ apiVersion: "apps/v1", kind, name, uid: `${kind}-${name}`, controller: true });
	const view: ClusterView = {
		...emptyView,
		nodes: [{ name: "node", address: "10.0.0.2" }],
		ingresses: [front],
		deployments: [{ metadata: { name: "catalog", namespace: "shop", uid: "Deployment-catalog" } }],
		replicaSets: [
			{
				metadata: { name: "catalog-1", namespace: "shop", uid: "ReplicaSet-catalog-1", ownerReferences: [owner("Deployment", "catalog")] },
			},
		],
		pods: [
			{
				metadata: { name: "catalog-1-a", namespace: "shop", uid: "pod-a", ownerReferences: [owner("ReplicaSet", "catalog-1")] },
				spec: { containers: [container] },
			},
		],
	};
	let now = 0;
	const clock: Clock = {
		now: () => now,
		sleep: async (ms) => {
			now += ms;
		},
	};
	const there = new Map<string, { kind: string; path: string }>();
	const seen = new Set<string>();
	const log: string[] = [];
	const done = (stdout = ""): ExecResult => ({ exitCode: 0, stdout, stderr: "" });
	const http = (status: number, body: object): Partial<ProbeResult> => ({
		outcome: "answered",
		http: { status, headers: {}, body: JSON.stringify(body) },
	});
	const environment = {
		async kubectl(args: readonly string[], { stdin = "" }: { stdin?: string }) {
			if (args[0] === "get") return { exitCode: 1, stdout: "", stderr: `error: the server doesn't have a resource type "httproutes"` };
			if (args[0] === "delete") {
				log.push(`delete ${args[1]}`);
				there.delete(String(args[1]));
				return done();
			}
			if (options.refuses) return { exitCode: 1, stdout: "", stderr: options.refuses };
			const manifest = JSON.parse(stdin);
			const path = manifest.spec.rules[0].http.paths[0].path;
			there.set(`ingress/${manifest.metadata.name}`, { kind: manifest.kind, path });
			log.push(`create ${manifest.kind}`);
			return done();
		},
		async probe(probes: readonly LabProbe[]): Promise<ProbeResult[]> {
			return probes.map((probe) => {
				if (probe.kind !== "http") throw new Error("only http is asked");
				const base = { id: "", detail: "", durationMs: 1, outcome: "answered" as const };
				if ("podUid" in probe.from) {
					const nonce = new URL(probe.url).searchParams.get("nonce") ?? "";
					return { ...base, ...http(200, { seen: seen.has(nonce) }) } as ProbeResult;
				}
				const route = [...there.values()].find(({ path }) => new URL(probe.url).pathname.startsWith(path));
				const nonce = probe.headers?.[nonceHeader] ?? "";
				if (route && options.takesUp(route, now)) {
					seen.add(nonce);
					return { ...base, ...http(404, { app: "catalog", pod: "catalog-1-a", error: "nothing there" }) } as ProbeResult;
				}
				if (options.mirrored) seen.add(nonce);
				return { ...base, ...http(200, { app: "front", pod: "front-1-a" }) } as ProbeResult;
			});
		},
	};
	const judge = (hosts = rule.hosts) =>
		newRoutes({
			...{ rule: { ...rule, hosts }, view, namespace: "shop", environment, clock },
			workload: ({ deployment }) => ({ kind: "Deployment" as const, namespace: "shop", name: deployment, containers: [container] }),
			signal: new AbortController().signal,
		});
	return { judge, log, there };
}

test("a controller that takes a new route up, seconds later, holds the guard; nothing of it stays", async () => {
	const { judge, log, there } = cluster({ takesUp: (_, now) => now >= 2000 });
	expect(await judge()).toMatchObject({ verdict: "pass" });
	expect(log[0]).toBe("create Ingress");
	expect(there.size).toBe(0);
});

test("a proxy that only passes today's hosts on is named", async () => {
	const { judge, there } = cluster({ takesUp: () => false });
	const { verdict, message } = await judge();
	expect(verdict).toBe("fail");
	expect(message).toContain("what answers for shop.example takes up no new route within 20 s (a new Ingress like front (class edge): 200)");
	expect(there.size).toBe(0);
});

test("a proxy that sends every request to every backend is not taken for a controller", async () => {
	const { judge } = cluster({ takesUp: () => false, mirrored: true });
	expect((await judge()).verdict).toBe("fail");
});

test("a host that no Ingress and no HTTPRoute is for, and a cluster that refuses new ones, fail", async () => {
	const { judge } = cluster({ takesUp: () => true });
	const other = rule.hosts.map((one) => ({ ...one, host: "other.example" }));
	expect((await judge(other)).message).toContain("no Ingress and no HTTPRoute of namespace shop is for other.example");
	const refusing = cluster({ takesUp: () => true, refuses: "denied by a webhook" });
	expect((await refusing.judge()).message).toContain("denied by a webhook");
});

test("a copy keeps class, labels and annotations, has the host, a path of its own and no TLS", () => {
	const [copy, ...others] = routeCopies(
		host,
		{ ingresses: [front, ingress("b", { rules: [{ host: "b.example" }] })], httpRoutes: [] },
		"x",
	);
	expect(others).toEqual([]);
	expect(copy?.manifest).toEqual({
		apiVersion: "networking.k8s.io/v1",
		kind: "Ingress",
		metadata: {
			...{ name: "faultline-x-0", namespace: "shop", labels: { team: "shop" } },
			annotations: { "traefik.ingress.kubernetes.io/router.entrypoints": "web" },
		},
		spec: {
			ingressClassName: "edge",
			rules: [
				{
					host: "shop.example",
					http: {
						paths: [{ path: "/faultline-x-0", pathType: "Prefix", backend: { service: { name: "catalog", port: { number: 80 } } } }],
					},
				},
			],
		},
	});
});

test("an HTTPRoute is copied with its parents and hosts; those of other hosts and namespaces are left out", () => {
	const route = (name: string, hostnames: string[] | undefined, namespace = "shop") => ({
		metadata: { name, namespace },
		spec: { parentRefs: [{ name: "public" }], ...(hostnames && { hostnames }) },
	});
	const httpRoutes = [
		route("a", ["shop.example"]),
		route("b", ["b.example"]),
		route("c", ["shop.example"], "other"),
		route("d", undefined),
	];
	const copies = routeCopies(host, { ingresses: [], httpRoutes }, "x");
	expect(copies.map(({ inWords }) => inWords)).toEqual(["HTTPRoute like a", "HTTPRoute like d"]);
	expect(copies[0]?.manifest).toMatchObject({
		spec: {
			parentRefs: [{ name: "public" }],
			hostnames: ["shop.example"],
			rules: [{ backendRefs: [{ name: "catalog", port: 80 }] }],
		},
	});
});

test("a wildcard is for names one level below it, a rule without a host for all", () => {
	const namesOf = (pattern: string | undefined) =>
		routeCopies(host, { ingresses: [ingress("i", { rules: [{ ...(pattern && { host: pattern }) }] })], httpRoutes: [] }, "x").length;
	expect([namesOf("*.example"), namesOf(undefined), namesOf("*.shop.example"), namesOf("*.other")]).toEqual([1, 1, 0, 0]);
	const deep = { ...host, host: "a.shop.example" };
	expect(routeCopies(deep, { ingresses: [ingress("i", { rules: [{ host: "*.example" }] })], httpRoutes: [] }, "x")).toEqual([]);
});
