import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, expect, test } from "vitest";
import { systemClock } from "../../core/clock.ts";
import { newId } from "../../core/ids.ts";
import { createLogger } from "../../core/log.ts";
import { contractSpec } from "../contract/contract.ts";
import { createDocker } from "./docker.ts";
import { createKindProvider } from "./kind-provider.ts";
import { labNames, nodeNames } from "./lab-names.ts";
import { testHost } from "./testing/test-host.ts";

const timeoutMs = 10 * 60_000;
const host = await testHost();
const options = { dataDir: await mkdtemp(join(tmpdir(), "faultline-crash-")), instanceId: process.env.FAULTLINE_INSTANCE ?? newId(), host };
const provider = createKindProvider({ ...options, log: createLogger("test", process.env.FAULTLINE_LOG ?? "warn"), clock: systemClock });
const docker = createDocker(host.docker);
const base = contractSpec(newId());
// Three nodes and the other kube-proxy mode: what the contract's own lab does not have.
const spec = { ...base, cluster: { ...base.cluster, nodes: 3, kubeProxyMode: "nftables" as const, dnsReplicas: 2 } };
const names = labNames(options.instanceId, spec.labId);

afterAll(async () => {
	await provider.destroy(spec.labId);
	await provider.close();
	await rm(options.dataDir, { recursive: true, force: true });
}, timeoutMs);

/** Lets another process make the lab and kills it when it names a step. */
async function killedAt(step: string): Promise<void> {
	const script = join(import.meta.dirname, "testing/make-lab.ts");
	const engine = spawn(process.execPath, [script, JSON.stringify({ options, spec })], { stdio: ["ignore", "pipe", "inherit"] });
	const ended = new Promise((resolve) => engine.once("exit", resolve));
	for await (const line of createInterface({ input: engine.stdout })) {
		if (line === step) engine.kill("SIGKILL");
	}
	await ended;
	expect(engine.signalCode).toBe("SIGKILL");
}

test("finishes a lab whose engine was killed while kind was at work, with all nodes once", { timeout: timeoutMs }, async () => {
	await killedAt("Creating the cluster: starting control-plane");
	expect(await provider.list()).toEqual([spec.labId]);
	expect(await provider.adopt(spec.labId)).toBeUndefined();
	const lab = await provider.create(spec, { signal: new AbortController().signal, onStep: () => {} });
	expect(lab.nodes).toEqual(nodeNames(names.cluster, 3));
	const ready = await lab.kubectl(["get", "nodes", "-o", "jsonpath={.items[*].status.conditions[?(@.type=='Ready')].status}"], {
		timeoutMs: 30_000,
	});
	expect(ready.stdout).toBe("True True True");
	const running = (await docker.containers(names.cluster)).map((row) => row.name).sort();
	expect(running).toEqual([...lab.nodes, names.mirror, names.workstation, names.edge].sort());
});

test("runs workloads on the control plane too, and reaches pods on every node from every other", { timeout: timeoutMs }, async () => {
	const lab = await provider.adopt(spec.labId);
	const kubectl = (...args: string[]) => lab?.kubectl(["-n", "shop", ...args], { timeoutMs: 200_000 });
	// Without a probe a pod counts as ready when its program starts, before that listens.
	const container = { name: "web", image: "nginx", readinessProbe: { httpGet: { path: "/", port: 80 }, periodSeconds: 1 } };
	for (const [index, node] of (lab?.nodes ?? []).entries()) {
		const overrides = JSON.stringify({ spec: { nodeSelector: { "kubernetes.io/hostname": node }, containers: [container] } });
		await kubectl("run", `web-${index}`, "--image=nginx", "--labels=app=web", `--overrides=${overrides}`);
	}
	const waited = await kubectl("wait", "pod", "-l", "app=web", "--for=condition=Ready", "--timeout=180s");
	expect(waited?.exitCode, waited?.stderr).toBe(0);
	const pods = JSON.parse((await kubectl("get", "pods", "-l", "app=web", "-o", "json"))?.stdout ?? "{}").items as {
		metadata: { uid: string };
		status: { podIP: string };
	}[];
	const results = await lab?.probe(
		pods.flatMap((from) =>
			pods.map((to) => ({
				kind: "http" as const,
				url: `http://${to.status.podIP}/`,
				timeoutMs: 5000,
				from: { podUid: from.metadata.uid },
			})),
		),
	);
	expect(results?.map((result) => result.http?.status)).toEqual(Array(9).fill(200));
});

test("takes up no lab of which a part has stopped", { timeout: timeoutMs }, async () => {
	await docker.must(["kill", names.workstation]);
	expect(await provider.adopt(spec.labId)).toBeUndefined();
	expect(await provider.list()).toEqual([spec.labId]);
});

test("removes a lab whose engine was killed while kind was at work, for good", { timeout: timeoutMs }, async () => {
	await provider.destroy(spec.labId);
	await killedAt("Creating the cluster: preparing nodes");
	await provider.destroy(spec.labId);
	expect(await provider.list()).toEqual([]);
	expect(await docker.containers(names.cluster)).toEqual([]);
});
