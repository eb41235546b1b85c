import { expect, test } from "vitest";
import type { ProbeResult } from "../../providers/provider.ts";
import { http, pod } from "../test-support/shop-view.ts";
import { sightings, witnessProbes } from "./witness.ts";

const pods = [pod("catalog-1", "catalog", "10.0.0.11"), pod("catalog-2", "catalog", "10.0.0.12")];
const results = (answers: Partial<ProbeResult>[]) =>
	answers.map((answer): ProbeResult => ({ id: "", outcome: "answered", detail: "", durationMs: 1, ...answer }));
const seenBy = (answers: Partial<ProbeResult>[]) =>
	sightings(pods, ["n1"], results(answers)).map((row) => row.map((one) => one.pod.metadata?.name));

test("each pod is asked for each nonce within its own network, at an address that no other pod can answer for", () => {
	expect(witnessProbes(pods, ["n1", "n2"], 500)).toMatchObject(
		["n1", "n2"].flatMap((nonce) =>
			["uid-catalog-1", "uid-catalog-2"].map((podUid) => ({
				from: { podUid },
				url: `http://127.0.0.1:9901/internal/seen?nonce=${nonce}`,
			})),
		),
	);
});

test("only the application's own yes is a sighting", () => {
	const yes = JSON.stringify({ seen: true, remote: "10.0.0.1:40001" });
	expect(seenBy([http(200, yes), http(200, JSON.stringify({ seen: false }))])).toEqual([["catalog-1"]]);
	for (const other of [http(404, yes), http(200, "yes"), http(200, JSON.stringify({ seen: "true" })), { outcome: "refused" as const }])
		expect(seenBy([other, http(200, yes)])).toEqual([["catalog-2"]]);
});
