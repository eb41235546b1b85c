import { join } from "node:path";
import { expect, test } from "vitest";
import type { Clock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import { createLogger } from "../core/log.ts";
import type { ClusterSpec, Contents } from "../providers/provider.ts";
import { loadCatalogue } from "../scenarios/catalogue.ts";
import type { ScenarioSteps } from "./bring-up.ts";
import { canStartBroken } from "./contents.ts";
import { prepareAhead, shapesByUse, wantedAhead } from "./prepare-ahead.ts";

const one: ClusterSpec = { nodes: 1, kubeProxyMode: "nftables", dnsReplicas: 1, addons: [] };
const two = { ...one, nodes: 2 };
const log = createLogger("test", "silent");

/** Runs to the end over a provider that answers each call as told, and says what was asked and how often it waited. */
async function run(answers: (Error | undefined)[], signal = new AbortController().signal) {
	const asked: ClusterSpec[] = [];
	let waits = 0;
	const clock: Clock = { now: () => 0, sleep: async () => void waits++ };
	const prepare = async (shape: ClusterSpec) => {
		asked.push(shape);
		const answer = answers.shift();
		if (answer) throw answer;
	};
	await prepareAhead({ provider: { prepare }, wanted: [{ cluster: one }, { cluster: two }], clock, log, signal });
	return { asked, waits };
}

test("counts shapes without their add-ons, the most used first", () => {
	expect(shapesByUse([two, one, { ...one, addons: ["ingress"] }])).toEqual([one, two]);
});

test("wants every shape, then each scenario's first variant, broken, before anybody's second; none that must see its fault come", async () => {
	const catalogue = await loadCatalogue(join(import.meta.dirname, "..", "..", "scenarios"));
	const wanted = wantedAhead(catalogue, { steps: {} as ScenarioSteps, madeOf: "" });
	const shapes = wanted.filter(({ contents }) => !contents);
	expect(wanted.slice(0, shapes.length)).toEqual(shapes);
	const keys = wanted.flatMap(({ contents }) => contents?.key ?? []);
	expect(new Set(keys).size).toBe(keys.length);
	const able = catalogue.list().filter(({ slug, seeds }) => canStartBroken(catalogue.instantiate(slug, seeds[0])));
	expect(keys.length).toBe(able.reduce((sum, { seeds }) => sum + seeds.length, 0));
	const namespaces = wanted.slice(shapes.length).map(({ contents }) => contents?.access.namespaces[0]);
	expect(namespaces.slice(0, able.length)).toEqual(able.map(({ slug, seeds }) => catalogue.instantiate(slug, seeds[0]).namespace));
});

test("prepares one shape after the other", async () => {
	expect(await run([])).toEqual({ asked: [one, two], waits: 0 });
});

test("waits while labs are being made, and asks again", async () => {
	const busy = () => new AppError("labs-come-first", "A lab is being made.", { retryable: true });
	expect(await run([busy(), busy()])).toEqual({ asked: [one, one, one, two], waits: 2 });
});

test("goes on to the next shape where one can't be prepared", async () => {
	expect(await run([new AppError("docker-failed", "no")])).toEqual({ asked: [one, two], waits: 0 });
});

test("tries no other contents where some can't be prepared, but every shape", async () => {
	const contents = { key: "a", access: {} as Contents["access"], files: {}, fill: async () => {} };
	const asked: string[] = [];
	const prepare = async (shape: ClusterSpec, _signal: AbortSignal, wanted?: Contents) => {
		asked.push(`${shape.nodes} ${wanted?.key ?? ""}`);
		throw new AppError("docker-failed", "no");
	};
	const wanted = [{ cluster: one }, { cluster: one, contents }, { cluster: one, contents: { ...contents, key: "b" } }, { cluster: two }];
	const clock: Clock = { now: () => 0, sleep: async () => {} };
	await prepareAhead({ provider: { prepare }, wanted, clock, log, signal: new AbortController().signal });
	expect(asked).toEqual(["1 ", "1 a", "2 "]);
});

test("asks for nothing once it has been ended", async () => {
	expect(await run([], AbortSignal.abort())).toEqual({ asked: [], waits: 0 });
});
