import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../../core/clock.ts";
import { newId } from "../../core/ids.ts";
import { createLogger } from "../../core/log.ts";
import { createKindProvider } from "../../providers/kind/kind-provider.ts";
import { testHost } from "../../providers/kind/testing/test-host.ts";
import type { LabEnvironment } from "../../providers/provider.ts";
import { compareLab, type LabRecord, recordLab, resetLab } from "./reset.ts";
import { dirts } from "./test-support/dirt.ts";

const host = await testHost();
const dataDir = await mkdtemp(join(tmpdir(), "faultline-reset-"));
const log = createLogger("test", process.env.FAULTLINE_LOG ?? "warn");
const provider = createKindProvider({ dataDir, instanceId: process.env.FAULTLINE_INSTANCE ?? newId(), host, log, clock: systemClock });
const timeoutMs = 10 * 60_000;
const { signal } = new AbortController();
const context = { signal, onStep: () => {} };
const labId = newId();
let lab: LabEnvironment;
let record: LabRecord;

beforeAll(async () => {
	const cluster = { nodes: 1, kubeProxyMode: "nftables", dnsReplicas: 1, addons: [] } as const;
	const access = { namespaces: ["shop"], clusterRules: [], clusterDns: false, ingressController: false, hostPorts: [] };
	lab = await provider.create({ labId, cluster, access, files: { "lab/shop.yaml": "kind: List\n" } }, context);
	record = await recordLab(lab, signal, systemClock);
}, timeoutMs);

afterAll(async () => {
	await provider.destroy(labId);
	await provider.close();
	await rm(dataDir, { recursive: true, force: true });
}, timeoutMs);

const inWords = async () => (await compareLab(lab, record, signal)).map(({ where, what }) => `${where}: ${what}`);

test("a census taken twice is the same", { timeout: timeoutMs }, async () => {
	expect(await inWords()).toEqual([]);
});

// Each adds to those before it: the census must name the last one too.
test.for(dirts)("a census is not clean with $name", { timeout: timeoutMs }, async ({ make, shows }) => {
	await make(lab);
	expect((await inWords()).filter((line) => line.includes(shows))).not.toEqual([]);
});

test("a reset removes all of it at once, even when it is all at once", { timeout: timeoutMs }, async () => {
	const { left, found } = await resetLab(lab, record, context, systemClock);
	expect(left).toEqual([]);
	expect(found).toBeGreaterThan(dirts.length);
	expect(await inWords()).toEqual([]);
});

test("what a proof leaves is removed, and the reset lab works", { timeout: timeoutMs }, async () => {
	const run = ["run", "web", "-n", "shop", "--image=nginx", "--port=80", "--expose"];
	expect((await lab.kubectl(run, { timeoutMs: 60_000 })).exitCode).toBe(0);
	const ready = ["wait", "pod/web", "-n", "shop", "--for=condition=Ready", "--timeout=180s"];
	expect((await lab.kubectl(ready, { timeoutMs: 200_000 })).exitCode).toBe(0);
	// Through kube-proxy and CoreDNS, both of which were broken; their rules for the Service come a moment after the pod.
	const ask = ["exec", "web", "-n", "shop", "--", "curl", "-sS", "--max-time", "5", "http://web.shop.svc.cluster.local/"];
	await expect.poll(() => lab.kubectl(ask, { timeoutMs: 60_000 }), { timeout: 60_000 }).toMatchObject({ exitCode: 0 });
	const { left } = await resetLab(lab, record, context, systemClock);
	expect(left).toEqual([]);
	expect(await inWords()).toEqual([]);
});
