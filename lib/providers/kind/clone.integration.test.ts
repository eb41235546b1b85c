import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AuthenticationV1Api, CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../../core/clock.ts";
import { newId } from "../../core/ids.ts";
import { createLogger } from "../../core/log.ts";
import { mustRun } from "../../core/run-command.ts";
import { contractSpec } from "../contract/contract.ts";
import type { Contents, LabEnvironment } from "../provider.ts";
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
const base = contractSpec(newId());
// Both roles of nodes, and the mode of kube-proxy that scenarios have.
const spec = { ...base, cluster: { ...base.cluster, nodes: 2, kubeProxyMode: "nftables" as const } };
const steps: string[] = [];
/** A web server on each node, its image from the lab's own mirror, and a Service in front. */
const contents: Contents = {
	...{ key: "webservers", access: spec.access, files: spec.files },
	async fill(environment) {
		lab = environment;
		for (const [index, node] of lab.nodes.entries()) {
			const overrides = JSON.stringify({ spec: { nodeSelector: { "kubernetes.io/hostname": node } } });
			await read("-n", "shop", "run", `web-${index}`, "--image=nginx", "--labels=app=web", `--overrides=${overrides}`);
		}
		await read("-n", "shop", "expose", "pod", "web-0", "--port=80", "--name=web");
		await read("-n", "shop", "wait", "pod", "-l", "app=web", "--for=condition=Ready", "--timeout=300s");
		preparedPods = await uids("pods");
	},
};
const create = (labId: string) =>
	provider.create({ ...spec, labId, contents: contents.key }, { signal, onStep: (step) => steps.push(step) });
/** The lab of the moment: one after the other, since each has two nodes. */
let lab: LabEnvironment;
let preparedPods: string[] = [];

beforeAll(async () => {
	await provider.prepare(spec.cluster, signal);
	// From a clone of the first: what is kept of it is all there is.
	await provider.prepare(spec.cluster, signal, contents);
	lab = await create(spec.labId);
}, 3 * timeoutMs);

afterAll(async () => {
	for (const labId of await provider.list()) await provider.destroy(labId);
	await provider.close();
	expect(await docker.containers(`fl-${instanceId}`)).toEqual([]);
	await rm(dataDir, { recursive: true, force: true });
}, timeoutMs);

const read = async (...args: string[]) => {
	const said = await lab.kubectl(args, { timeoutMs: 320_000 });
	expect(said.exitCode, said.stderr).toBe(0);
	return said.stdout;
};
const uids = async (kinds: string) => (await read("get", kinds, "-A", "-o", "jsonpath={.items[*].metadata.uid}")).split(" ");

test("leaves nothing running of the cluster that was prepared, and says that the lab is made from it", async () => {
	expect(await provider.list()).toEqual([spec.labId]);
	expect(steps).toContain("Creating the cluster: from a prepared one");
	expect(steps.filter((step) => step.includes("anew"))).toEqual([]);
	expect(lab.contents).toBe(contents.key);
	expect((await provider.adopt(lab.labId))?.contents).toBe(contents.key);
});

test("holds from the start what was brought into the prepared one, the learner's access included", async () => {
	const ready = "jsonpath={.items[*].status.conditions[?(@.type=='Ready')].status}";
	expect(await read("-n", "shop", "get", "pods", "-l", "app=web", "-o", ready)).toBe("True True");
	expect((await uids("pods")).filter((uid) => preparedPods.includes(uid))).toEqual([]);
	const asLearner = (...command: string[]) => lab.exec(command, { timeoutMs: 60_000 });
	expect(await asLearner("kubectl", "get", "pods", "-o", "name")).toMatchObject({ exitCode: 0, stdout: "pod/web-0\npod/web-1\n" });
	expect((await asLearner("kubectl", "-n", "kube-system", "get", "secrets")).stderr).toContain("Forbidden");
	expect((await asLearner("kubectl", "run", "way-out", "--image=nginx", "--privileged")).stderr).toContain("denied request");
});

test("is a cluster of kind's: its own commands find nodes and kubeconfig", async () => {
	const { cluster, network } = labNames(instanceId, lab.labId);
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
	// A control plane that is asked for nothing in time starts anew by itself, on a busy host.
	const restarts = await read(
		"-n",
		"kube-system",
		"get",
		"pods",
		"-l",
		"k8s-app=kube-dns",
		"-o",
		"jsonpath={.items[*].status.containerStatuses[*].restartCount}",
	);
	expect(new Set(restarts.trim().split(/\s+/))).toEqual(new Set(["0"]));
	const everything = await read("get", "nodes,pods,services,endpointslices,configmaps,leases,deployments,daemonsets", "-A", "-o", "json");
	expect(everything).not.toMatch(/-gold[0-9a-f]{4}/);
	expect(await read("get", "endpointslice", "kubernetes", "-o", "jsonpath={.endpoints[*].addresses[*]}")).toMatch(/^\S+\.\d+$/);
});

test("connects pods on every node with each other and with cluster DNS", { timeout: timeoutMs }, async () => {
	const pods = JSON.parse(await read("-n", "shop", "get", "pods", "-l", "app=web", "-o", "json")).items as {
		metadata: { uid: string };
		status: { podIP: string };
	}[];
	const urls = [...pods.map((to) => `http://${to.status.podIP}/`), "http://web.shop/"];
	const ask = async () => {
		const asked = pods.flatMap((from) =>
			urls.map((url) => ({ kind: "http" as const, url, timeoutMs: 5000, from: { podUid: from.metadata.uid } })),
		);
		return (await lab.probe(asked)).map((result) => result.http?.status);
	};
	// The nodes' rules for the Service follow a moment after the pods are ready.
	await expect.poll(ask).toEqual(Array(6).fill(200));
});

test("shares no UID with another clone, and takes neither its tokens nor its certificates", { timeout: timeoutMs }, async () => {
	const kinds = "namespaces,nodes,pods,deployments";
	const token = (await read("-n", "shop", "create", "token", "default")).trim();
	const accepted = async () => {
		const review = await lab.admin.makeApiClient(AuthenticationV1Api).createTokenReview({ body: { spec: { token } } });
		return review.status?.authenticated === true;
	};
	expect(await accepted()).toBe(true);
	const theirs = new Set(await uids(kinds));
	const theirUser = lab.admin.getCurrentUser();
	await provider.destroy(lab.labId);
	lab = await create(newId());
	expect((await uids(kinds)).filter((uid) => theirs.has(uid))).toEqual([]);
	expect(await accepted()).toBe(false);
	const stranger = new KubeConfig();
	const cluster = lab.admin.getCurrentCluster();
	if (!cluster || !theirUser) throw new Error("a kubeconfig names a cluster and a user");
	stranger.loadFromClusterAndUser(cluster, theirUser);
	await expect(stranger.makeApiClient(CoreV1Api).listNode()).rejects.toMatchObject({ code: 401 });
});

test("lets kind make a lab's cluster where the prepared one can't be used, and says so", { timeout: timeoutMs }, async () => {
	await provider.destroy(lab.labId);
	for (const key of await readdir(goldenDir)) {
		const file = join(goldenDir, key, "golden.json");
		const record = JSON.parse(await readFile(file, "utf8"));
		// A volume that Docker refuses.
		record.nodes[0].binds = ["/lib/modules:/lib/modules:no-such-mode"];
		await writeFile(file, JSON.stringify(record));
	}
	lab = await create(newId());
	expect(steps).toContain("Creating the cluster: anew, since the prepared one did not start");
	expect(lab.contents).toBeUndefined();
	expect(await read("get", "--raw", "/readyz")).toBe("ok");
});
