import { readFile, rename, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { Health, KubeConfig } from "@kubernetes/client-node";
import type { Clock } from "../../../core/clock.ts";
import { AppError } from "../../../core/errors.ts";
import { newSecret } from "../../../core/ids.ts";
import { serviceAddress } from "../cluster-config.ts";
import type { KindContext, LabPaths } from "../kind-context.ts";
import { labelArgs, labNames } from "../lab-names.ts";
import { readSubnet } from "../lab-network.ts";
import { addressPlan } from "../subnet.ts";
import { tarArchive } from "../tar.ts";
import { waitUntil } from "../wait-until.ts";
import { cloneArchives } from "./clone-archives.ts";
import type { Golden } from "./golden-file.ts";
import { makeClusterKeys, type NodeIdentity } from "./identities.ts";

// 4 s on a quiet host, 18 s where twelve others ran for each processor. A plain start is better than a longer wait.
const apiTimeoutMs = 90_000;

interface CloneOptions {
	golden: Golden;
	labId: string;
	paths: LabPaths;
	signal: AbortSignal;
}

/**
 * Makes a lab's cluster from a golden one: nodes of the same image that find on their disk a finished cluster with names,
 * addresses, keys and UUIDs of this lab's own. Returns when the API server is ready; the kubeconfig comes last, as with kind.
 * @throws AppError `not-ready` where it is not in time
 */
export async function cloneCluster(context: KindContext, { golden, labId, paths, signal }: CloneOptions): Promise<void> {
	const { docker, host, instanceId, clock } = context;
	const names = labNames(instanceId, labId);
	const subnet = await readSubnet(context, labId);
	if (!subnet) throw new AppError("no-network", `Lab ${labId} has no network.`);
	const addresses = addressPlan(subnet).nodes;
	const nodes: NodeIdentity[] = golden.nodes.map(({ name }, index) => ({
		name: name.replace(golden.cluster, names.cluster),
		address: addresses[index] ?? "",
	}));
	const authorities = {
		cluster: Buffer.from(golden.authorities.cluster, "base64"),
		frontProxy: Buffer.from(golden.authorities.frontProxy, "base64"),
	};
	const keys = makeClusterKeys({ cluster: names.cluster, nodes, serviceAddress, now: clock.now() }, authorities);
	const startScript = await readFile(join(import.meta.dirname, "node-start.sh"), "utf8");
	const archives = cloneArchives({ golden, cluster: names.cluster, nodes, keys, startScript, secret: newSecret(), now: clock.now() });
	const port = await freePort();
	// All of them to their ends: what comes after a failure must find no node that is still being made.
	const made = await Promise.allSettled(
		nodes.map(async ({ name, address }, index) => {
			signal.throwIfAborted();
			const like = golden.nodes[index] as Golden["nodes"][number];
			await docker.must([
				...["create", "--name", name, "--hostname", name, ...labelArgs(instanceId, "node", labId)],
				// As kind runs a node (pkg/cluster/internal/providers/docker/provision.go), so that kind takes it for one.
				...["--label", `io.x-k8s.kind.cluster=${names.cluster}`, "--label", `io.x-k8s.kind.role=${like.role}`],
				...["--privileged", "--security-opt", "seccomp=unconfined", "--security-opt", "apparmor=unconfined"],
				...["--tmpfs", "/tmp", "--tmpfs", "/run", "--tty", "--restart=on-failure:1", "--init=false", "--cgroupns=private"],
				...["--network", names.network, "--ip", address],
				...like.env.flatMap((one) => ["--env", one]),
				...like.binds.flatMap((bind) => ["--volume", bind]),
				...like.devices.flatMap((device) => ["--device", device]),
				...(like.userns ? ["--userns", like.userns] : []),
				...(index === 0 ? ["--publish", `127.0.0.1:${port}:6443/tcp`] : []),
				// Not filled from the image, as Docker does otherwise: that copies what node-start.sh leaves in place.
				...["--mount", "type=volume,destination=/var,volume-nocopy"],
				...["--entrypoint", "/bin/sh", host.images.node, "/kind/node-start.sh", "/sbin/init"],
			]);
			await docker.must(["cp", "-", `${name}:/`], { input: tarArchive(archives[index] ?? []) });
			await docker.must(["start", name]);
		}),
	);
	const failed = made.find((one) => one.status === "rejected");
	if (failed) throw failed.reason;
	const fresh = `${paths.adminKubeconfig}.new`;
	await writeFile(fresh, keys.admin(`https://127.0.0.1:${port}`), { mode: 0o600 });
	await apiReady(fresh, { clock, signal });
	// Whoever needs the API server begins when it is ready, and leaves it the processors until then.
	await docker.must([
		"exec",
		names.controlPlane,
		"sh",
		"-c",
		"mv /kind/golden/manifests/* /etc/kubernetes/manifests/ && rm -r /kind/golden",
	]);
	await rename(fresh, paths.adminKubeconfig);
}

/** Waits until the API server has done all that it does when it starts. */
async function apiReady(kubeconfig: string, { clock, signal }: { clock: Clock; signal: AbortSignal }): Promise<void> {
	const admin = new KubeConfig();
	admin.loadFromFile(kubeconfig);
	const health = new Health(admin);
	const ask = async () => ((await health.readyz({})) ? undefined : "it does not say that it is ready");
	await waitUntil(ask, { clock, signal, timeoutMs: apiTimeoutMs, stepMs: 100, what: "The cloned API server" });
}

/** A port of loopback that nobody listens on at this moment, as kind finds one: Docker's own choice would change at a restart. */
async function freePort(): Promise<number> {
	const server = createServer();
	await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
	const address = server.address();
	await new Promise((resolve) => server.close(resolve));
	return typeof address === "object" && address ? address.port : 0;
}
