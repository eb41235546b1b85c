import { expect, test } from "vitest";
import type { LabEnvironment, ProbeResult } from "../providers/provider.ts";
import { check } from "../scenarios/check-schema.ts";
import type { ScenarioInstance } from "../scenarios/instance.ts";
import { gradeDecisively } from "./decisive.ts";
import { serveApi } from "./test-support/api-server.ts";

// p0, p1, α and β as stated; a good sample counts ln(0.8/0.99), a failed one ln 20.
const sampling = { p0: 0.01, p1: 0.2, alpha: 0.01, beta: 0.01, unit: "raw-query" };
const lookup = { type: "dns", from: "workstation", name: "shop.example", answers: ["192.0.2.1"], sampling };
const scenario = {
	...{ namespace: "shop", access: { namespaces: [] }, baselineObjects: [], guards: [] },
	objectives: [{ id: "o", title: "o", points: 10, check: check.parse(lookup) }],
} as unknown as ScenarioInstance;

/** An API server of a cluster in which nothing is and nothing happens. */
const emptyCluster = () =>
	serveApi(({ url = "" }, response) => {
		if (new URL(url, "http://localhost").searchParams.get("watch") === "true") return void response.flushHeaders();
		response.end(JSON.stringify({ metadata: { resourceVersion: "1" }, items: [] }));
	});

async function samplesOf(number: number, answer: Partial<ProbeResult>) {
	const environment = {
		admin: await emptyCluster(),
		probe: async (probes) => probes.map(() => ({ id: "", outcome: "answered", detail: "", durationMs: 1, ...answer })),
		hold: async () => {},
		release: async () => {},
	} satisfies Partial<LabEnvironment>;
	let now = 1_000_000;
	const clock = {
		now: () => now,
		sleep: async (ms: number) => {
			now += ms;
		},
	};
	const { objectives } = await gradeDecisively({
		...{ environment: environment as unknown as LabEnvironment, scenario, before: undefined, last: undefined },
		...{ check: number, clock, signal: new AbortController().signal, onStep: () => {} },
	});
	return { verdict: objectives[0]?.verdict, samples: objectives[0]?.evidence[0]?.samples };
}

const good = { dns: { rcode: "NOERROR", answers: ["192.0.2.1"], server: "", queries: [] } };

test("a pass takes more samples with every further check of the attempt", async () => {
	// Check k passes a broken system with β/(k(k+1)) at most, of that half at the first trial.
	expect(await samplesOf(1, good)).toEqual({ verdict: "pass", samples: 29 });
	expect(await samplesOf(2, good)).toEqual({ verdict: "pass", samples: 34 });
});

test("a failure takes more samples too, and those of a check with three rounds", async () => {
	// Check k fails a repaired system with α/(k(k+1)) at most, a third of it in each round: one round alone would be done
	// with 2 failures and with 3.
	expect(await samplesOf(1, { outcome: "timeout" })).toEqual({ verdict: "fail", samples: 3 });
	expect(await samplesOf(9, { outcome: "timeout" })).toEqual({ verdict: "fail", samples: 4 });
});
