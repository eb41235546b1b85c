import { expect, test } from "vitest";
import type { Clock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import { createLogger } from "../core/log.ts";
import type { ClusterSpec } from "../providers/provider.ts";
import { prepareShapes, shapesByUse } from "./prepare-shapes.ts";

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
	await prepareShapes({ provider: { prepare }, shapes: [one, two], clock, log, signal });
	return { asked, waits };
}

test("counts shapes without their add-ons, the most used first", () => {
	expect(shapesByUse([two, one, { ...one, addons: ["ingress"] }])).toEqual([one, two]);
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

test("asks for nothing once it has been ended", async () => {
	expect(await run([], AbortSignal.abort())).toEqual({ asked: [], waits: 0 });
});
