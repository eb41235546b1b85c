import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Clock } from "../core/clock.ts";
import type { HostManifest } from "../core/host.ts";
import { writeHostManifest } from "./host-manifest.ts";
import { startTimeOf } from "./instance-files.ts";
import { ingressStage } from "./later-names.ts";
import { afterEvent, type LaterStage, stagesAhead, writeLater } from "./later-record.ts";
import { withLaterParts } from "./set-up.ts";
import { progressInWords, waitForIngress } from "./wait-for-ingress.ts";

const addon = { from: "mirror:1", mirror: "mirror-ingress:1", mirrored: ["traefik:v3.6"], folder: "/cache/addon" };
const bare: HostManifest = {
	...{ way: "build", kubernetesVersion: "v1.36.3", kindVersion: "v0.33.0", kind: "/kind", kubectl: "/kubectl", docker: "/docker" },
	images: { node: "node:1", workstation: "workstation:1", prober: "prober:1", mirror: "mirror:1" },
	...{ mirrored: [], addons: {} },
};

let dataDir: string;
beforeEach(async () => {
	dataDir = await mkdtemp(join(tmpdir(), "faultline-wait-"));
	await writeHostManifest(dataDir, bare);
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const stage = (part: Partial<LaterStage>): LaterStage => ({ state: "waiting", since: 0, usualMs: 420_000, line: "", ...part });

/** Leaves a record as a process of the later stages would: this one, so that it is alive, or one that has ended. */
async function record(one: LaterStage, { alive }: { alive: boolean }): Promise<void> {
	const startTime = alive ? ((await startTimeOf(process.pid)) ?? "") : "never";
	await writeLater(dataDir, { pid: process.pid, startTime, stages: { [ingressStage]: one } });
}

/** Waits with a clock that does `events[n]` in the n-th pause and then says that `pauseMs` have passed. */
function waiting(events: (() => Promise<void>)[], pauseMs = 1000) {
	const steps: string[] = [];
	let now = 0;
	let starts = 0;
	const clock: Clock = {
		now: () => now,
		sleep: async () => {
			now += pauseMs;
			await events.shift()?.();
		},
	};
	const start = async () => {
		starts += 1;
	};
	const result = waitForIngress({ dataDir, start, clock, signal: AbortSignal.timeout(60_000), onStep: (step) => steps.push(step) });
	return { result, steps, starts: () => starts };
}

test("an add-on that is there is given at once", async () => {
	await writeHostManifest(dataDir, { ...bare, addons: { ingress: addon } });
	const { result, steps, starts } = waiting([]);
	expect(await result).toEqual(addon);
	expect([steps, starts()]).toEqual([[], 0]);
});

test("a build that runs is waited for, and its progress told once a change", async () => {
	await record(stage({ state: "running", line: "Go program traefik" }), { alive: true });
	const done = () => writeHostManifest(dataDir, { ...bare, addons: { ingress: addon } });
	const { result, steps, starts } = waiting([async () => {}, async () => {}, done], 30_000);
	expect(await result).toEqual(addon);
	expect(starts()).toBe(0);
	expect(steps).toEqual([
		"Waiting for the ingress add-on, which this host makes once: Go program traefik (just begun, usually 7 min)",
		"Waiting for the ingress add-on, which this host makes once: Go program traefik (1 min, usually 7 min)",
	]);
});

test("where no build runs one is started, once, whatever an earlier one has left", async () => {
	await record(stage({ state: "failed", line: "disk full" }), { alive: false });
	const running = () => record(stage({ state: "running" }), { alive: true });
	const done = () => writeHostManifest(dataDir, { ...bare, addons: { ingress: addon } });
	const { result, starts } = waiting([async () => {}, running, done]);
	expect(await result).toEqual(addon);
	expect(starts()).toBe(1);
});

test("a failed build ends the wait with its cause and how to mend it", async () => {
	const { result } = waiting([() => record(stage({ state: "failed", line: "disk full" }), { alive: true })]);
	await expect(result).rejects.toMatchObject({
		code: "addon-not-made",
		message: expect.stringContaining("disk full"),
		mend: 'node lib/setup/later.ts "ingress add-on"',
	});
});

test("a build that vanished without a word ends the wait too", async () => {
	const { result, starts } = waiting([], 20_000);
	await expect(result).rejects.toMatchObject({ code: "addon-not-made" });
	expect(starts()).toBe(1);
});

test("before its turn the stage is only named", () => {
	expect(progressInWords(stage({}), 1000)).toBe("Waiting for the ingress add-on, which this host makes once");
});

test("a stage's record follows its events, and another's is left alone", () => {
	const before = stagesAhead(["ingress add-on", "Helm"], { Helm: [1000] }, 5);
	const running = afterEvent(before, { type: "start", stage: "Helm" }, 7);
	const said = afterEvent(running, { type: "say", stage: "Helm", line: "Go program helm" }, 8);
	expect(said.Helm).toEqual({ state: "running", since: 7, usualMs: 1000, line: "Go program helm" });
	expect(afterEvent(said, { type: "end", stage: "Helm", outcome: "made", durationMs: 3 }, 9).Helm?.state).toBe("done");
	expect(afterEvent(said, { type: "end", stage: "Helm", outcome: "stopped", durationMs: 3 }, 9).Helm?.state).toBe("failed");
	expect(said["ingress add-on"]).toEqual(before["ingress add-on"]);
});

test("set-up keeps what later stages have made for the same images, and drops what stands on others", () => {
	const before: HostManifest = {
		...bare,
		images: { ...bare.images, workstation: "workstation-helm:1", plainWorkstation: "workstation:1" },
		addons: { ingress: addon },
	};
	expect(withLaterParts(bare, before)).toEqual(before);
	const other = { ...bare, images: { ...bare.images, workstation: "workstation:2", mirror: "mirror:2" } };
	expect(withLaterParts(other, before)).toEqual(other);
	expect(withLaterParts(bare, null)).toEqual(bare);
});

test("a manifest written before there were add-ons has none", async () => {
	const { addons, ...old } = bare;
	await writeFile(join(dataDir, "host.json"), JSON.stringify(old));
	await record(stage({ state: "failed", line: "no network" }), { alive: true });
	await expect(waiting([]).result).rejects.toThrow("no network");
});
