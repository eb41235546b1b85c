import { expect, test } from "vitest";
import type { LabProbe } from "../../providers/provider.ts";
import { endpointsCheck as schema } from "../../scenarios/check-schema.ts";
import { checkContext, http, isWitness, play, pod, shopView, slice } from "../test-support/shop-view.ts";
import { endpointsCheck } from "./endpoints.ts";

const check = schema.parse({
	type: "endpoints",
	from: { deployment: "front" },
	service: "catalog",
	port: 80,
	backend: { deployment: "catalog" },
});

/** A cluster where each endpoint is the pod of its address. */
function honest() {
	const reached = new Map<string, string>();
	const uids: Record<string, string> = { "10.0.0.11": "uid-catalog-1", "10.0.0.12": "uid-catalog-2" };
	return (probe: LabProbe) => {
		if (probe.kind !== "http") return {};
		const url = new URL(probe.url);
		if (!isWitness(probe)) {
			reached.set(probe.headers?.["X-Faultline-Nonce"] ?? "", uids[url.hostname] ?? "");
			return http(200);
		}
		const seen = "podUid" in probe.from && reached.get(url.searchParams.get("nonce") ?? "") === probe.from.podUid;
		return http(200, JSON.stringify({ seen }));
	};
}

test("passes when the endpoints are the ready pods and each answers for itself", () => {
	const { judgement, sent } = play(endpointsCheck(check, checkContext(shopView())), honest());
	expect(judgement.verdict).toBe("pass");
	expect(sent.slice(0, 2).map((probe) => probe.kind === "http" && probe.url)).toEqual(["http://10.0.0.11:8080/", "http://10.0.0.12:8080/"]);
	expect(judgement.message).toContain("2 endpoints, each its own pod of catalog");
});

test.each([
	["an empty list", [], "no endpoints at all"],
	["a stranger", ["10.0.0.11", "10.0.0.12", "10.0.0.21"], "10.0.0.21, which is pod indexer-1 of Deployment indexer"],
	["an address that is no pod", ["10.0.0.11", "10.0.0.12", "172.30.0.9"], "172.30.0.9, which is no pod of this lab"],
	["a pod left out", ["10.0.0.11"], "pod catalog-2 ready but not among the endpoints"],
])("fails for %s without a probe", (_, addresses, words) => {
	const view = shopView((shop) => {
		shop.endpointSlices = [slice("catalog", addresses)];
	});
	const { judgement, sent } = play(endpointsCheck(check, checkContext(view)), honest());
	expect(judgement.verdict).toBe("fail");
	expect(judgement.message).toContain(words);
	expect(sent).toEqual([]);
});

test("an endpoint where nothing listens is named", () => {
	const answer = honest();
	const { judgement } = play(endpointsCheck(check, checkContext(shopView())), (probe) =>
		probe.kind === "http" && probe.url.startsWith("http://10.0.0.12:8080") ? { outcome: "refused" } : answer(probe),
	);
	expect(judgement.verdict).toBe("fail");
	expect(judgement.message).toContain("10.0.0.12:8080 connection refused (1 of 2)");
});

test("an endpoint whose answer comes from another pod is named", () => {
	const { judgement } = play(endpointsCheck(check, checkContext(shopView())), (probe) =>
		isWitness(probe) ? http(200, JSON.stringify({ seen: "podUid" in probe.from && probe.from.podUid === "uid-catalog-1" })) : http(200),
	);
	expect(judgement.message).toContain("10.0.0.12:8080 answered by something other than catalog-2");
});

test("a Service and a workload that are gone are failures", () => {
	const without = (change: Parameters<typeof shopView>[0]) =>
		play(endpointsCheck(check, checkContext(shopView(change))), honest()).judgement;
	expect(without((shop) => void shop.services.splice(0)).message).toContain("observed no such Service");
	expect(without((shop) => void shop.pods.splice(1, 2)).message).toContain("observed no ready pod of catalog");
	expect(without((shop) => void shop.pods.push(pod("catalog-3", "catalog", "10.0.0.13"))).message).toContain("catalog-3 ready but not");
});
