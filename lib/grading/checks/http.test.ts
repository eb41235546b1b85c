import { expect, test } from "vitest";
import type { LabProbe } from "../../providers/provider.ts";
import { appCheck as appSchema, httpCheck as httpSchema } from "../../scenarios/check-schema.ts";
import { checkContext, http, isWitness, play, shopView } from "../test-support/shop-view.ts";
import { appCheck, httpCheck } from "./http.ts";

const byName = httpSchema.parse({
	type: "http",
	from: { deployment: "front" },
	url: "http://catalog/",
	backends: [{ deployment: "catalog" }],
	samples: 4,
});
const fromUser = appSchema.parse({
	type: "app",
	from: "workstation",
	url: "http://{node}:30080/via/catalog",
	backend: { deployment: "catalog" },
});

/** A witness answer of one pod, silence of all others. */
const seenBy = (uid: string) => (probe: LabProbe) =>
	http(200, JSON.stringify({ seen: "podUid" in probe.from && probe.from.podUid === uid }));

test("passes when every answer was seen by a pod of the named workload", () => {
	const { judgement, sent } = play(httpCheck(byName, checkContext(shopView())), (probe) =>
		isWitness(probe) ? seenBy("uid-catalog-2")(probe) : http(200),
	);
	expect(judgement).toMatchObject({
		verdict: "pass",
		evidence: [{ samples: 4, strip: [true, true, true, true], from: "pod front-1 (namespace shop)" }],
	});
	expect(judgement.message).toBe(
		"GET http://catalog/ from pod front-1 (namespace shop): expected 200 from catalog; observed 200 from catalog-2; 4 samples.",
	);
	const nonces = sent.filter((probe) => !isWitness(probe)).map((probe) => probe.kind === "http" && probe.headers?.["X-Faultline-Nonce"]);
	expect(new Set(nonces).size).toBe(4);
});

test("an impostor that answers 200 fails", () => {
	const { judgement } = play(httpCheck(byName, checkContext(shopView())), (probe) =>
		isWitness(probe) ? http(200, '{"seen":false}') : http(200),
	);
	expect(judgement.verdict).toBe("fail");
	expect(judgement.message).toContain("observed 200, but answered by something that is not catalog; 4 samples");
});

test("says how it failed, and how often", () => {
	let count = 0;
	const { judgement } = play(httpCheck(byName, checkContext(shopView())), (probe) => {
		if (isWitness(probe)) return seenBy("uid-catalog-1")(probe);
		return ++count === 3 ? http(200) : { outcome: "refused", detail: "connect: connection refused" };
	});
	expect(judgement.evidence[0]).toMatchObject({
		observed: "connection refused (3 of 4), 200 from catalog-1 (1 of 4)",
		strip: [false, false, true, false],
	});
});

test("a user's request shows the application's own words", () => {
	const { judgement, sent } = play(appCheck(fromUser, checkContext(shopView())), () =>
		http(502, '{"error":"catalog: dial tcp 10.96.0.7:80: connect: connection refused"}'),
	);
	expect(sent[0]).toMatchObject({ from: { workstation: true }, url: "http://172.30.0.2:30080/via/catalog" });
	expect(judgement.message).toContain("observed 502 (catalog: dial tcp 10.96.0.7:80: connect: connection refused); 12 samples");
});

test("pods of another owner or image are no witnesses", () => {
	const view = shopView((shop) => {
		for (const pod of shop.pods.filter(({ metadata }) => metadata?.name?.startsWith("catalog")))
			pod.spec = { containers: [{ name: "catalog", image: "nginx" }] };
	});
	const { judgement, sent } = play(httpCheck(byName, checkContext(view)), () => http(200, '{"seen":true}'));
	expect(sent.some(isWitness)).toBe(false);
	expect(judgement.verdict).toBe("fail");
});

test("a client that the learner has removed is a failure, not an error", () => {
	const view = shopView((shop) => {
		shop.pods = shop.pods.filter(({ metadata }) => metadata?.name !== "front-1");
	});
	const { judgement, sent } = play(httpCheck(byName, checkContext(view)), () => http(200));
	expect(sent).toEqual([]);
	expect(judgement).toMatchObject({ verdict: "fail", evidence: [{ samples: 0 }] });
	expect(judgement.message).toContain("no such pod runs");
});

test("a prober that fails is an error, never the learner's", () => {
	const { judgement } = play(httpCheck(byName, checkContext(shopView())), () => ({ outcome: "prober-error", detail: "socket closed" }));
	expect(judgement.verdict).toBe("error");
	expect(judgement.message).toContain("Faultline's prober failed (socket closed)");
});

test("live checks take fewer samples", () => {
	const { sent } = play(httpCheck(byName, { ...checkContext(shopView()), maxSamples: 2 }), () => ({ outcome: "timeout" }));
	expect(sent).toHaveLength(2);
});
