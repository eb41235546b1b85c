import { expect, test } from "vitest";
import type { LabProbe, ProbeResult } from "../../providers/provider.ts";
import { dnsCheck as schema } from "../../scenarios/check-schema.ts";
import { checkContext, play, pod, replicaSet, service, shopView, slice } from "../test-support/shop-view.ts";
import { dnsCheck } from "./dns.ts";

const base = { type: "dns", from: { deployment: "front" }, name: "catalog", answers: { service: "catalog" }, samples: 2 };
const answer = (rcode: string, answers: string[], queries = 1): Partial<ProbeResult> => {
	const query = { name: "catalog", type: "A", server: "10.96.0.10", rcode, durationMs: 1 };
	return { dns: { rcode, answers, server: "10.96.0.10", queries: Array.from({ length: queries }, () => query) } };
};
const right = answer("NOERROR", ["10.96.0.7"]);

type Change = Parameters<typeof shopView>[0];
const ask = (more: object, reply: (probe: LabProbe) => Partial<ProbeResult> = () => right, change?: Change) =>
	play(dnsCheck(schema.parse({ ...base, ...more }), checkContext(shopView(change))), reply);

test("a lookup that is slow fails, and says how slow", () => {
	expect(ask({ latencyMs: 100 }, () => ({ ...right, durationMs: 99 })).judgement.verdict).toBe("pass");
	const { verdict, message } = ask({ latencyMs: 100 }, () => ({ ...right, durationMs: 5012 })).judgement;
	expect(verdict).toBe("fail");
	expect(message).toContain("expected NOERROR 10.96.0.7 within 100 ms; observed NOERROR, but only after 5.0 s");
});

test("a lookup of too many queries fails", () => {
	expect(ask({ mostQueries: 2 }, () => answer("NOERROR", ["10.96.0.7"], 2)).judgement.verdict).toBe("pass");
	expect(ask({ mostQueries: 2 }, () => answer("NOERROR", ["10.96.0.7"], 8)).judgement.message).toContain("but only after 8 queries");
});

test("transport and search list are those of the check", () => {
	expect(ask({ transport: "tcp", search: false }).sent[0]).toMatchObject({ transport: "tcp", search: false, attempts: 1 });
	expect(ask({}).sent[0]).toMatchObject({ transport: "udp", search: true });
});

test("a headless Service's name gives its ready pods", () => {
	const headless: Change = (shop) => {
		const spec = shop.services[0]?.spec;
		if (spec) spec.clusterIP = "None";
	};
	expect(ask({}, () => answer("NOERROR", ["10.0.0.12", "10.0.0.11"]), headless).judgement.verdict).toBe("pass");
	expect(ask({}, () => answer("NOERROR", ["10.0.0.12"]), headless).judgement.verdict).toBe("fail");
});

const dnsPods: Change = (shop) => {
	shop.nodes.push({ name: "node-2", address: "172.30.0.3" });
	shop.replicaSets.push(replicaSet("resolver"));
	shop.pods.push(pod("resolver-1", "resolver", "10.0.0.41"), pod("resolver-2", "resolver", "10.0.0.42"));
	const own = service("dns");
	shop.services.push({ ...own, spec: { ...own.spec, ports: [{ name: "dns", port: 53, protocol: "UDP" }] } });
	shop.endpointSlices.push({ ...slice("dns", ["10.0.0.41", "10.0.0.42"]), ports: [{ name: "dns", port: 1053 }] });
};
const direct = { endpointsOf: { service: "dns", atLeast: 2 } };

test("every endpoint is asked directly, from the vantage and from each node", () => {
	const { judgement, sent } = ask(direct, () => right, dnsPods);
	expect(judgement.verdict).toBe("pass");
	expect(judgement.message).toContain("A catalog.shop.svc.cluster.local, asked of each endpoint of Service dns (namespace shop) directly");
	const of = (server: string) => sent.filter((probe) => probe.kind === "dns" && probe.server === server).map(({ from }) => from);
	expect(of("10.0.0.42:1053")).toEqual([{ podUid: "uid-front-1" }, { podUid: "uid-front-1" }, { node: "node-1" }, { node: "node-2" }]);
	expect(sent).toHaveLength(8);
	// No retry hides a silence, and no other name of a search list an answer.
	for (const probe of sent) expect(probe).toMatchObject({ attempts: 1, search: false });
});

test.each([
	["silent", { outcome: "timeout" }, "timed out"],
	["refusing", { outcome: "refused" }, "connection refused"],
	["lying", answer("NXDOMAIN", []), "NXDOMAIN without an answer"],
] as const)("one %s endpoint is named with its pod and owner", (_, reply, words) => {
	const { verdict, message } = ask(
		direct,
		(probe) => (probe.kind === "dns" && probe.server === "10.0.0.42:1053" ? (reply as Partial<ProbeResult>) : right),
		dnsPods,
	).judgement;
	expect(verdict).toBe("fail");
	expect(message).toContain(`10.0.0.42 (pod resolver-2 of Deployment resolver): ${words}`);
});

test("an endpoint that only one node can't reach is named with the node", () => {
	const { message } = ask(
		direct,
		(probe) => ("node" in probe.from && probe.from.node === "node-2" ? { outcome: "timeout" } : right),
		dnsPods,
	).judgement;
	expect(message).toContain("10.0.0.41 (pod resolver-1 of Deployment resolver) from node node-2: timed out");
});

test("other nodes are not asked to reach what a policy may keep from them", () => {
	const isolated: Change = (shop) => {
		dnsPods(shop);
		shop.networkPolicies.push({ metadata: { name: "pods-only", namespace: "shop" }, spec: { policyTypes: ["Ingress"] } });
		for (const one of shop.pods) if (one.spec) one.spec.nodeName = "node-2";
	};
	expect(ask(direct, () => right, isolated).sent.flatMap(({ from }) => ("node" in from ? [from.node] : []))).toEqual(["node-2", "node-2"]);
});

test("too few endpoints fail without a question", () => {
	const { judgement, sent } = ask({ endpointsOf: { service: "dns", atLeast: 3 } }, () => right, dnsPods);
	expect(judgement).toMatchObject({
		verdict: "fail",
		message: "Service dns (namespace shop): expected 3 ready endpoints or more; observed 2.",
	});
	expect(sent).toEqual([]);
	expect(ask({ endpointsOf: { service: "gone" } }).judgement.message).toContain("observed no such Service");
	expect(ask({ ...direct, transport: "tcp" }, () => right, dnsPods).judgement.message).toContain("a Service without a TCP port");
});
