import { expect, test } from "vitest";
import type { LabProbe, ProbeResult } from "../../providers/provider.ts";
import { appCheck as appSchema, endpointsCheck as endpointsSchema, httpCheck as httpSchema } from "../../scenarios/check-schema.ts";
import { checkContext, http, isWitness, play, pod, replicaSet, shopView } from "../test-support/shop-view.ts";
import { endpointsCheck } from "./endpoints.ts";
import { appCheck, httpCheck } from "./http.ts";

const check = (more: object = {}) =>
	httpSchema.parse({
		...{ type: "http", from: { deployment: "front" }, url: "http://catalog/", backends: [{ deployment: "catalog" }], samples: 1 },
		...more,
	});
type Change = Parameters<typeof shopView>[0];
const view = (change: Change = () => {}) =>
	shopView((shop) => {
		shop.nodes.push({ name: "node-2", address: "172.30.0.3" });
		shop.replicaSets.push(replicaSet("proxy"));
		shop.pods.push(pod("proxy-1", "proxy", "10.0.0.61"));
		change(shop);
	});

/** One request on its way: what each part of the system says of it. */
interface Way {
	/** As the client sees its connection. */
	client: { local: string; remote: string };
	/** What nodes track of it, by node. */
	tracked: Record<string, { server: string; client: string }>;
	/** The pod that saw the nonce, and from where. */
	witness?: { pod: string; remote: string };
	/** What a node says instead of an answer. */
	failing?: Record<string, ProbeResult["outcome"]>;
}

const local = "10.0.0.1:40001";
const straight: Way = {
	client: { local, remote: "10.96.0.7:80" },
	tracked: { "node-1": { server: "10.0.0.11:8080", client: local } },
	witness: { pod: "catalog-1", remote: local },
};

const answering =
	(way: Way) =>
	(probe: LabProbe): Partial<ProbeResult> => {
		if (isWitness(probe)) {
			const seen = way.witness !== undefined && "podUid" in probe.from && probe.from.podUid === `uid-${way.witness.pod}`;
			return http(200, JSON.stringify({ seen, remote: seen ? way.witness?.remote : "" }));
		}
		if (probe.kind !== "flow") return { ...http(200), ...way.client };
		const node = "node" in probe.from ? probe.from.node : "";
		if (way.failing?.[node]) return { outcome: way.failing[node] };
		const asked = probe.source === way.client.local && probe.destination === way.client.remote;
		const flow = way.tracked[node];
		return asked && flow ? { flow } : {};
	};
const judge = (way: Partial<Way>, more: object = {}, change?: Change) =>
	play(httpCheck(check(more), checkContext(view(change))), answering({ ...straight, ...way }));

test("a connection that went straight to the pod that saw the nonce passes, asked of every node with the witnesses", () => {
	const { judgement, sent } = judge({});
	expect(judgement.verdict).toBe("pass");
	expect(judgement.message).toContain("observed 200 from catalog-1");
	expect(sent.filter(({ kind }) => kind === "flow")).toMatchObject([
		{ from: { node: "node-1" }, protocol: "tcp", source: local, destination: "10.96.0.7:80" },
		{ from: { node: "node-2" }, protocol: "tcp", source: local, destination: "10.96.0.7:80" },
	]);
});

test("a proxy that passes the nonce on is named", () => {
	const { judgement } = judge({
		tracked: { "node-1": { server: "10.0.0.61:8080", client: local } },
		witness: { pod: "catalog-1", remote: "10.0.0.61:50001" },
	});
	expect(judgement.verdict).toBe("fail");
	expect(judgement.message).toContain("observed 200, but answered by pod proxy-1 of Deployment proxy");
});

test("a process in front of the application within its pod is seen by whom the application spoke to", () => {
	for (const remote of ["127.0.0.1:50001", "10.0.0.11:50001", "10.0.0.1:40002"]) {
		const { judgement } = judge({ witness: { pod: "catalog-1", remote } });
		expect(judgement.verdict).toBe("fail");
		expect(judgement.message).toContain("answered by something in front of the application in pod catalog-1");
	}
	// It answers itself and passes nothing on.
	const { witness: _, ...silent } = straight;
	const { judgement } = play(httpCheck(check(), checkContext(view())), answering(silent));
	expect(judgement.message).toContain("answered by something in front of the application in pod catalog-1");
});

test("rules in the client's own pod that lead elsewhere leave no such connection on any node", () => {
	const { judgement } = judge({ tracked: {} });
	expect(judgement.verdict).toBe("fail");
	expect(judgement.message).toContain("the connection to 10.96.0.7:80 never left the client as such");
});

test("a server that is no pod is named by its node or address", () => {
	const at = (server: string) => judge({ tracked: { "node-1": { server, client: local } } }).judgement.message;
	expect(at("172.30.0.3:80")).toContain("answered by something on the network of node node-2");
	expect(at("172.30.0.99:80")).toContain("answered by 172.30.0.99, which is no pod of this lab");
});

test("a node port whose node hides the client's address passes: the application saw the address that the node gave it", () => {
	const rewritten = "172.30.0.2:55555";
	const { judgement } = judge({
		client: { local: "172.30.0.9:41000", remote: "172.30.0.2:30080" },
		tracked: {
			"node-1": { server: "10.0.0.12:8080", client: rewritten },
		},
		witness: { pod: "catalog-2", remote: rewritten },
	});
	expect(judgement.verdict).toBe("pass");
});

test("a pod that asks itself through its Service passes by the address that its node gave it", () => {
	const { judgement } = judge(
		{
			client: { local: "10.0.0.11:40001", remote: "10.96.0.7:80" },
			tracked: { "node-2": { server: "10.0.0.11:8080", client: "172.30.0.3:61000" } },
			witness: { pod: "catalog-1", remote: "172.30.0.3:61000" },
		},
		{ from: { deployment: "catalog" } },
	);
	expect(judgement.verdict).toBe("pass");
});

test("a pod that asks its own address leaves no trace on a node and passes by the nonce", () => {
	const own = { client: { local: "10.0.0.11:40001", remote: "10.0.0.11:8080" }, tracked: {} };
	expect(judge({ ...own, witness: { pod: "catalog-1", remote: "10.0.0.11:40001" } }).judgement.verdict).toBe("pass");
	expect(judge({ ...own, witness: { pod: "catalog-2", remote: "10.0.0.61:1" } }).judgement.verdict).toBe("fail");
});

test("a second node on the way, or a stale entry on it, takes nothing from a straight connection", () => {
	const flow = { server: "10.0.0.11:8080", client: local };
	expect(judge({ tracked: { "node-1": flow, "node-2": flow } }).judgement.verdict).toBe("pass");
	expect(judge({ tracked: { "node-1": { ...flow, server: "10.0.0.99:8080" }, "node-2": flow } }).judgement.verdict).toBe("pass");
});

test("a prober that could not look is an error where it matters, and a node that is gone is not", () => {
	expect(judge({ tracked: {}, failing: { "node-2": "prober-error" } }).judgement.verdict).toBe("error");
	expect(judge({ failing: { "node-2": "prober-error" } }).judgement.verdict).toBe("pass");
	expect(judge({ failing: { "node-2": "no-vantage" } }).judgement.verdict).toBe("pass");
	expect(judge({ tracked: {}, failing: { "node-2": "no-vantage" } }).judgement.verdict).toBe("fail");
});

test("an answer through an ingress, or of the application's own client, is proved by the nonce alone", () => {
	const proxied = {
		tracked: { "node-1": { server: "10.0.0.61:8080", client: local } },
		witness: { pod: "catalog-1", remote: "10.0.0.61:50001" },
	};
	expect(judge(proxied, { through: "ingress" }).judgement.verdict).toBe("pass");
	const app = appSchema.parse({
		type: "app",
		from: "workstation",
		url: "http://{node}:30080/via/catalog",
		backend: { deployment: "catalog" },
	});
	const { judgement, sent } = play(appCheck(app, checkContext(view())), answering({ ...straight, ...proxied }));
	expect(judgement.verdict).toBe("pass");
	expect(sent.some(({ kind }) => kind === "flow")).toBe(false);
	const { witness: _, ...unseen } = { ...straight, ...proxied };
	const unproved = play(appCheck(app, checkContext(view())), answering(unseen)).judgement;
	expect(unproved.verdict).toBe("fail");
	expect(unproved.message).toContain("observed 200, but answered by something that is not catalog");
});

test("an endpoint with a process in front of its application is named", () => {
	const endpoints = endpointsSchema.parse({
		...{ type: "endpoints", from: { deployment: "front" }, service: "catalog", port: 80, backend: { deployment: "catalog" } },
	});
	const asked = (remoteOf: (pod: string) => string) =>
		play(endpointsCheck(endpoints, checkContext(view())), (probe) => {
			const number = probe.kind === "http" ? /10\.0\.0\.1(\d):8080/.exec(probe.url)?.[1] : undefined;
			if (number) return { ...http(200), local: `10.0.0.1:4000${number}`, remote: `10.0.0.1${number}:8080` };
			if (probe.kind === "flow") return { flow: { server: probe.destination, client: probe.source } };
			const own = probe.kind === "http" && "podUid" in probe.from ? probe.from.podUid.slice(-1) : "";
			const asksFor = probe.kind === "http" ? probe.url.slice(-1) : "";
			return http(200, JSON.stringify({ seen: own === asksFor, remote: remoteOf(own) }));
		}).judgement;
	expect(asked((own) => `10.0.0.1:4000${own}`).verdict).toBe("pass");
	expect(asked((own) => (own === "2" ? "127.0.0.1:5" : `10.0.0.1:4000${own}`)).message).toContain(
		"10.0.0.12:8080 answered by something in front of the application in pod catalog-2",
	);
});
