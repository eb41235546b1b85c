import { expect, test } from "vitest";
import type { LabProbe, ProbeResult } from "../../providers/provider.ts";
import { matrixCheck as schema } from "../../scenarios/check-schema.ts";
import { checkContext, play, pod, service, shopView, slice } from "../test-support/shop-view.ts";
import { matrixCheck } from "./matrix.ts";

const table = {
	type: "matrix",
	sources: { front: { deployment: "front" }, indexer: { deployment: "indexer" } },
	destinations: { catalog: { host: "catalog", port: 80 }, search: { host: "search", port: 80 } },
	allow: [
		{ from: "front", to: ["catalog"] },
		{ from: "indexer", to: ["search"] },
	],
	deny: [{ from: "indexer", to: ["catalog"] }],
};
const check = schema.parse(table);

type Change = Parameters<typeof shopView>[0];
const view = (change: Change = () => {}) =>
	shopView((shop) => {
		shop.services.push({ ...service("search"), spec: { ...service("search").spec, clusterIP: "10.96.0.8" } });
		shop.endpointSlices.push(slice("search", ["10.0.0.31"]));
		change(shop);
	});

const who = (probe: LabProbe) => ("podUid" in probe.from ? probe.from.podUid.replace(/^uid-/, "") : "outside");
const host = (probe: LabProbe) => ("host" in probe ? probe.host : "");
const isCatalog = (probe: LabProbe) => ["10.96.0.7", "10.0.0.11", "10.0.0.12"].includes(host(probe));

/** A network whose policy drops what the indexer sends to the catalog. */
const policed = (probe: LabProbe): Partial<ProbeResult> => ({
	outcome: who(probe) === "indexer-1" && isCatalog(probe) ? "timeout" : "answered",
});

const run = (
	answer: (probe: LabProbe, round: number) => Partial<ProbeResult>,
	options: { change?: Change; glance?: boolean; of?: object } = {},
) => {
	const context = { ...checkContext(view(options.change)), holds: !options.glance };
	let count = 0;
	const played = play(matrixCheck(options.of ? schema.parse({ ...table, ...options.of }) : check, context), (probe) =>
		answer(probe, Math.floor(count++ / 8)),
	);
	return { ...played, message: played.judgement.message, verdict: played.judgement.verdict };
};

test("passes when what may be reached is open and what may not is dropped, and it stays so", () => {
	const { judgement, sent, pausesMs } = run(policed);
	expect(judgement.message).toBe("As expected: 2 ways open, 1 denied by policy, held for 3 s; 8 probes.");
	expect(judgement.evidence[1]).toMatchObject({ expected: "search open; catalog denied", observed: "as expected", samples: 5 });
	expect(pausesMs).toEqual([3000]);
	expect(sent).toHaveLength(16);
});

test("asks a Service by its address and each endpoint directly", () => {
	const { sent } = run(policed, { glance: true });
	expect(sent.filter((probe) => who(probe) === "indexer-1" && isCatalog(probe))).toMatchObject([
		{ kind: "tcp", host: "10.96.0.7", port: 80 },
		{ kind: "tcp", host: "10.0.0.11", port: 8080 },
		{ kind: "tcp", host: "10.0.0.12", port: 8080 },
	]);
});

test("a glance asks once, waits for nothing and takes a short silence for a drop, but has all patience for what is open", () => {
	const { judgement, sent, pausesMs } = run(policed, { glance: true });
	expect(judgement.verdict).toBe("pass");
	expect(judgement.message).not.toContain("held");
	expect(sent).toHaveLength(8);
	expect(pausesMs).toEqual([]);
	for (const probe of sent) expect(probe.timeoutMs).toBe(policed(probe).outcome === "timeout" ? 1000 : 2000);
	for (const probe of run(policed).sent) expect(probe.timeoutMs).toBe(2000);
});

test("a way that should be open names itself and how it ended", () => {
	expect(run((probe) => ({ outcome: who(probe) === "front-1" ? "timeout" : (policed(probe).outcome ?? "answered") })).message).toContain(
		"front → catalog:80 expected open, timed out; indexer → catalog:80 expected denied, timed out, but nobody who may reaches it",
	);
});

test("an open deny fails, also where one endpoint alone is open", () => {
	expect(run(() => ({ outcome: "answered" })).message).toContain("indexer → catalog:80 expected denied, open");
	const { verdict, message } = run((probe) => (host(probe) === "10.0.0.12" ? {} : policed(probe)));
	expect(verdict).toBe("fail");
	expect(message).toContain("indexer → catalog:80 at pod catalog-2 (10.0.0.12:8080) expected denied, open");
});

test("one pod that is not reached does not hide behind the others", () => {
	const { message } = run((probe) => (who(probe) === "front-1" && host(probe) === "10.0.0.12" ? { outcome: "timeout" } : policed(probe)));
	expect(message).toContain("front → catalog:80 at pod catalog-2 (10.0.0.12:8080) expected open, timed out");
});

test("a closed port is no deny", () => {
	const { verdict, message } = run((probe) => ({ outcome: isCatalog(probe) ? "refused" : "answered" }));
	expect(verdict).toBe("fail");
	expect(message).toContain("indexer → catalog:80 expected denied, connection refused, but nobody who may reaches it either");
});

test("a refusal beside an open way is a reject by policy", () => {
	expect(run((probe) => ({ outcome: policed(probe).outcome === "timeout" ? "refused" : "answered" })).verdict).toBe("pass");
	expect(run((probe) => ({ outcome: policed(probe).outcome === "timeout" ? "unreachable" : "answered" })).verdict).toBe("pass");
});

test("a source without any network proves no deny", () => {
	const { verdict, message } = run((probe) => ({ outcome: who(probe) === "indexer-1" ? "timeout" : "answered" }));
	expect(verdict).toBe("fail");
	expect(message).toContain("indexer → search:80 expected open, timed out");
	expect(message).toContain("but it reaches nothing that it may either");
});

test("a deny without its controls is none, though nothing else of the table is wrong", () => {
	// Lint refuses such tables: nobody may reach the catalog; the indexer may reach nothing.
	const nobody = run(policed, {
		of: {
			allow: [
				{ from: "front", to: ["search"] },
				{ from: "indexer", to: ["search"] },
			],
		},
	});
	expect(nobody).toMatchObject({ verdict: "fail" });
	expect(nobody.message).toMatch(/^indexer → catalog:80 expected denied, timed out, but nobody who may reaches it either/);
	const nowhere = run(policed, { of: { allow: [{ from: "front", to: ["catalog", "search"] }] } });
	expect(nowhere).toMatchObject({ verdict: "fail" });
	expect(nowhere.message).toMatch(/^indexer → catalog:80 expected denied, timed out, but it reaches nothing that it may either/);
});

test("the control of one address is an open way to that same address, by one who may", () => {
	const silentEndpoint = (probe: LabProbe) => (host(probe) === "10.0.0.12" ? { outcome: "timeout" as const } : policed(probe));
	expect(run(silentEndpoint).message).toContain(
		"indexer → catalog:80 at pod catalog-2 (10.0.0.12:8080) expected denied, timed out, but nobody who may",
	);
	// One who may not reach it and does is no witness that the port is open to those who may.
	const two = {
		sources: { ...table.sources, job: { pods: { run: "job" } } },
		allow: [...table.allow, { from: "job", to: ["search"] }],
		deny: [
			{ from: "indexer", to: ["catalog"] },
			{ from: "job", to: ["catalog"] },
		],
	};
	const change: Change = (shop) => {
		const job = pod("job-1", "job", "10.0.0.71");
		shop.pods.push({ ...job, metadata: { ...job.metadata, labels: { run: "job" } } });
	};
	const leaking = (probe: LabProbe) => ({
		outcome: isCatalog(probe) && who(probe) !== "job-1" ? ("timeout" as const) : ("answered" as const),
	});
	const { judgement } = run(leaking, { of: two, change });
	expect(judgement.evidence[1]?.observed).toContain("nobody who may reaches it either");
});

test("a name that fails or a pod that goes is no deny", () => {
	const gone = (outcome: ProbeResult["outcome"]) => run((probe) => (policed(probe).outcome === "timeout" ? { outcome } : {})).judgement;
	expect(gone("reset").message).toContain("indexer → catalog:80 expected denied, connection reset");
	expect(gone("name-timeout").message).toContain("indexer → catalog:80 expected denied, the name lookup timed out");
	expect(gone("no-vantage").verdict).toBe("fail");
	expect(gone("prober-error").verdict).toBe("error");
});

test("a deny that ends within the hold window fails", () => {
	const { verdict, message, sent } = run((probe, round) => (round === 0 ? policed(probe) : { outcome: "answered" }));
	expect(verdict).toBe("fail");
	expect(message).toContain("indexer → catalog:80 expected denied, open");
	expect(sent).toHaveLength(16);
});

test("pods younger than the window are waited for", () => {
	const { pausesMs } = run(policed, {
		change: (shop) => {
			const status = shop.pods[3]?.status;
			// The context's now is 1,000,000 ms.
			if (status) status.containerStatuses = [startedAt(998_600)];
		},
	});
	expect(pausesMs).toEqual([1600, 3000]);
});

test("of sources and destinations alike, by the pod's own start where its containers tell none", () => {
	for (const index of [1, 3]) {
		const { pausesMs } = run(policed, {
			change: (shop) => void Object.assign(shop.pods[index]?.status ?? {}, { startTime: new Date(998_000) }),
		});
		expect(pausesMs).toEqual([1000, 3000]);
	}
});

test("the hold window is counted from when the denies were asked: their own silence is part of it", () => {
	const dialogue = matrixCheck(check, checkContext(view()));
	const asked = dialogue.next().value as LabProbe[];
	const window = dialogue.next(asked.map((probe) => ({ id: "", detail: "", durationMs: 1, outcome: "answered", ...policed(probe) })));
	expect(window.value).toMatchObject({ pauseMs: 3000, sinceAsked: true });
});

test("pods on the node's network are no sources, whether allowed or denied", () => {
	for (const index of [0, 3]) {
		const { verdict, message, sent } = run(policed, {
			change: (shop) => {
				const spec = shop.pods[index]?.spec;
				if (spec) spec.hostNetwork = true;
			},
		});
		expect(verdict).toBe("fail");
		expect(message).toContain(`is no source: pod ${index === 0 ? "front-1" : "indexer-1"} uses its node's network`);
		expect(sent).toEqual([]);
	}
});

test("a source that is gone is a failure", () => {
	const { message } = run(policed, { change: (shop) => void shop.pods.splice(3, 1) });
	expect(message).toContain("indexer could not ask");
});

test("a pod among the endpoints is not asked to be kept from itself", () => {
	const { verdict, sent } = run(policed, {
		change: (shop) => {
			shop.endpointSlices[0] = slice("catalog", ["10.0.0.11", "10.0.0.21"]);
		},
	});
	expect(verdict).toBe("pass");
	expect(sent.filter((probe) => who(probe) === "indexer-1").map(host)).not.toContain("10.0.0.21");
});

test("every replica of a source is asked, and the one that differs is named", () => {
	const { message } = run((probe) => (who(probe) === "indexer-2" ? {} : policed(probe)), {
		change: (shop) => void shop.pods.push(pod("indexer-2", "indexer", "10.0.0.22")),
	});
	expect(message).toContain("indexer (pod indexer-2) → catalog:80 expected denied, open");
});

test("UDP port 53 is asked a question of DNS, other ports a word", () => {
	const dns = schema.parse({
		...table,
		destinations: {
			catalog: { host: "catalog", port: 53, protocol: "udp" },
			search: { host: "192.0.2.1", port: 7, protocol: "udp" },
		},
	});
	const { sent, judgement } = play(matrixCheck(dns, checkContext(view())), policed);
	const payload = (port: number) => sent.find((probe) => probe.kind === "udp" && probe.port === port) as { payload?: string };
	expect(
		Buffer.from(payload(53).payload ?? "")
			.subarray(0, 24)
			.toString("latin1"),
	).toBe("FL\x01\0\0\x01\0\0\0\0\0\0\x0akubernetes\x07");
	expect(payload(7).payload).toBeUndefined();
	expect(judgement.verdict).toBe("pass");
});

function startedAt(ms: number) {
	return { name: "indexer", image: "", imageID: "", ready: true, restartCount: 0, state: { running: { startedAt: new Date(ms) } } };
}
