import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AuthenticationV1Api } from "@kubernetes/client-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../../core/clock.ts";
import { newId } from "../../core/ids.ts";
import { createLogger } from "../../core/log.ts";
import { mustRun } from "../../core/run-command.ts";
import { contractSpec } from "../contract/contract.ts";
import type { LabEnvironment } from "../provider.ts";
import { createDocker } from "./docker.ts";
import { createKindProvider } from "./kind-provider.ts";
import { labNames, nodeNames } from "./lab-names.ts";
import { testHost } from "./testing/test-host.ts";

const timeoutMs = 10 * 60_000;
const host = await testHost();
const dataDir = await mkdtemp(join(tmpdir(), "faultline-clone-"));
const goldenDir = join(dataDir, "golden");
const instanceId = process.env.FAULTLINE_INSTANCE ?? newId();
const log = createLogger("test", process.env.FAULTLINE_LOG ?? "silent");
const provider = createKindProvider({ dataDir, instanceId, host, goldenDir, log, clock: systemClock });
const docker = createDocker(host.docker);
const { signal } = new AbortController();
// Both roles of nodes, and the mode of kube-proxy that scenarios have.
const specs = [newId(), newId()].map((id) => {
	const spec = contractSpec(id);
	return { ...spec, cluster: { ...spec.cluster, nodes: 2, kubeProxyMode: "nftables" as const } };
});
const steps: string[] = [];
const labs: LabEnvironment[] = [];
const [one, other] = [() => labs[0] as LabEnvironment, () => labs[1] as LabEnvironment];

beforeAll(async () => {
	await provider.prepare((specs[0] as (typeof specs)[0]).cluster, signal);
	for (const spec of specs) labs.push(await provider.create(spec, { signal, onStep: (step) => steps.push(step) }));
}, 2 * timeoutMs);

afterAll(async () => {
	for (const { labId } of specs) await provider.destroy(labId);
	await provider.close();
	expect(await docker.containers(`fl-${instanceId}`)).toEqual([]);
	await rm(dataDir, { recursive: true, force: true });
}, timeoutMs);

const read = async (lab: LabEnvironment, ...args: string[]) => {
	const said = await lab.kubectl(args, { timeoutMs: 120_000 });
	expect(said.exitCode, said.stderr).toBe(0);
	return said.stdout;
};

test("leaves nothing running of the cluster that was prepared, and says that labs are made from it", async () => {
	expect((await provider.list()).sort()).toEqual(specs.map((spec) => spec.labId).sort());
	expect(steps.filter((step) => step === "Creating the cluster: from a prepared one")).toHaveLength(2);
	expect(steps.filter((step) => step.includes("anew"))).toEqual([]);
});

test("is a cluster of kind's: its own commands find nodes and kubeconfig", async () => {
	const { cluster, network } = labNames(instanceId, one().labId);
	const kind = (...args: string[]) =>
		mustRun(host.kind, args, {
			timeoutMs: 60_000,
			env: { KIND_EXPERIMENTAL_PROVIDER: "docker", KIND_EXPERIMENTAL_DOCKER_NETWORK: network },
		});
	expect((await kind("get", "clusters")).split("\n")).toContain(cluster);
	expect((await kind("get", "nodes", "--name", cluster)).trim().split("\n").sort()).toEqual(nodeNames(cluster, 2).sort());
	const kubeconfig = join(dataDir, "by-kind.kubeconfig");
	await writeFile(kubeconfig, await kind("get", "kubeconfig", "--name", cluster));
	const nodes = await mustRun(host.kubectl, ["--kubeconfig", kubeconfig, "get", "nodes", "-o", "name"], { timeoutMs: 60_000 });
	expect(nodes.trim().split("\n")).toEqual(nodeNames(cluster, 2).map((name) => `node/${name}`));
});

test("has pods that have never been anywhere else, and no trace of the golden cluster's names", { timeout: timeoutMs }, async () => {
	const restarts = await read(one(), "get", "pods", "-A", "-o", "jsonpath={.items[*].status.containerStatuses[*].restartCount}");
	expect(new Set(restarts.trim().split(/\s+/))).toEqual(new Set(["0"]));
	const everything = await read(
		one(),
		"get",
		"nodes,pods,services,endpointslices,configmaps,leases,deployments,daemonsets",
		"-A",
		"-o",
		"json",
	);
	expect(everything).not.toMatch(/-gold[0-9a-f]{4}/);
	expect(await read(one(), "get", "endpointslice", "kubernetes", "-o", "jsonpath={.endpoints[*].addresses[*]}")).toMatch(/^\S+\.\d+$/);
});

test("shares no UID with another clone", async () => {
	const uids = async (lab: LabEnvironment) =>
		(await read(lab, "get", "namespaces,nodes,pods,deployments", "-A", "-o", "jsonpath={.items[*].metadata.uid}")).split(" ");
	const theirs = new Set(await uids(other()));
	expect((await uids(one())).filter((uid) => theirs.has(uid))).toEqual([]);
});

test("accepts neither tokens nor certificates of another clone", async () => {
	const token = (await read(one(), "-n", "shop", "create", "token", "default")).trim();
	const review = (lab: LabEnvironment) => lab.admin.makeApiClient(AuthenticationV1Api).createTokenReview({ body: { spec: { token } } });
	expect((await review(one())).status?.authenticated).toBe(true);
	expect((await review(other())).status?.authenticated).not.toBe(true);
	const server = other().admin.getCurrentCluster()?.server ?? "";
	const stranger = await one().kubectl(["--server", server, "--insecure-skip-tls-verify", "--certificate-authority=", "get", "nodes"], {
		timeoutMs: 60_000,
	});
	expect(stranger).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/unauthorized|must be logged in/i) });
});

test("connects pods on every node with each other and with cluster DNS", { timeout: timeoutMs }, async () => {
	for (const [index, node] of one().nodes.entries()) {
		const overrides = JSON.stringify({ spec: { nodeSelector: { "kubernetes.io/hostname": node } } });
		await read(one(), "-n", "shop", "run", `web-${index}`, "--image=nginx", "--labels=app=web", `--overrides=${overrides}`);
	}
	await read(one(), "-n", "shop", "expose", "pod", "web-0", "--port=80", "--name=web");
	await read(one(), "-n", "shop", "wait", "pod", "-l", "app=web", "--for=condition=Ready", "--timeout=100s");
	const pods = JSON.parse(await read(one(), "-n", "shop", "get", "pods", "-l", "app=web", "-o", "json")).items as {
		metadata: { uid: string };
		status: { podIP: string };
	}[];
	const urls = [...pods.map((to) => `http://${to.status.podIP}/`), "http://web.shop/"];
	const ask = async () => {
		const asked = pods.flatMap((from) =>
			urls.map((url) => ({ kind: "http" as const, url, timeoutMs: 5000, from: { podUid: from.metadata.uid } })),
		);
		return (await one().probe(asked)).map((result) => result.http?.status);
	};
	// The nodes' rules for the Service follow a moment after the pods are ready.
	await expect.poll(ask, { timeout: 20_000 }).toEqual(Array(6).fill(200));
});

test("lets kind make a lab's cluster where the prepared one can't be used, and says so", { timeout: timeoutMs }, async () => {
	const spec = specs[1] as (typeof specs)[0];
	await provider.destroy(spec.labId);
	const [key] = await readdir(goldenDir);
	await writeFile(join(goldenDir, key ?? "", "golden.json"), await brokenRecord(join(goldenDir, key ?? "", "golden.json")));
	const said: string[] = [];
	const lab = await provider.create(spec, { signal, onStep: (step) => said.push(step) });
	expect(said).toContain("Creating the cluster: anew, since the prepared one did not start");
	expect(await read(lab, "get", "--raw", "/readyz")).toBe("ok");
});

/** The record with a volume that Docker refuses. */
async function brokenRecord(file: string): Promise<string> {
	const record = JSON.parse(await readFile(file, "utf8"));
	record.nodes[0].binds = ["not a volume at all"];
	return JSON.stringify(record);
}
