import { readFile, rename, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { newSecret } from "../../../core/ids.ts";
import { serviceAddress } from "../cluster-config.ts";
import type { KindContext, LabPaths } from "../kind-context.ts";
import { labelArgs, labNames } from "../lab-names.ts";
import { learnerKubeconfig } from "../learner-identity.ts";
import { hostsToml, mirrorHosts } from "../mirror.ts";
import { addressPlan, type Cidr } from "../subnet.ts";
import { tarArchive } from "../tar.ts";
import { cloneArchives } from "./clone-archives.ts";
import type { Golden } from "./golden-file.ts";
import { makeClusterKeys, type NodeIdentity } from "./identities.ts";

// 4 s on a quiet host, 18 s where twelve others ran for each processor. A plain start is better than a longer wait.
const apiTimeoutMs = 90_000;

interface CloneOptions {
	golden: Golden;
	labId: string;
	subnet: Cidr;
	/** Where the learner's commands go without `-n`. */
	namespace: string;
	paths: LabPaths;
	signal: AbortSignal;
}

/**
 * Makes a lab's cluster from a golden one: nodes of the same image that find on their disk a finished cluster with names,
 * addresses, keys and UUIDs of this lab's own. Returns when the API server is ready; the kubeconfig comes last, as with kind.
 * @throws AppError `not-ready` where it is not in time
 */
export async function cloneCluster(context: KindContext, options: CloneOptions): Promise<void> {
	const { golden, labId, subnet, namespace, paths, signal } = options;
	const { docker, host, instanceId, clock } = context;
	const names = labNames(instanceId, labId);
	const { nodes: addresses, mirror } = addressPlan(subnet);
	const nodes: NodeIdentity[] = golden.nodes.map(({ name }, index) => ({
		name: name.replace(golden.cluster, names.cluster),
		address: addresses[index] ?? "",
	}));
	const authorities = {
		cluster: Buffer.from(golden.authorities.cluster, "base64"),
		frontProxy: Buffer.from(golden.authorities.frontProxy, "base64"),
	};
	const keys = makeClusterKeys({ cluster: names.cluster, nodes, serviceAddress, now: clock.now() }, authorities);
	const learner = learnerKubeconfig(keys.learner(""), `https://${names.controlPlane}:6443`, namespace);
	await writeFile(paths.learnerKubeconfig, learner, { mode: 0o600 });
	const port = await freePort();
	const files = {
		"kind/node-start.sh": await readFile(join(import.meta.dirname, "node-start.sh"), "utf8"),
		// Pods come back before anybody can tell the nodes where to pull from.
		[`${mirrorHosts.slice(1)}/hosts.toml`]: hostsToml(mirror, host.way),
	};
	// Docker makes the containers meanwhile. All of them to their ends: what comes after a failure must find none being made.
	const making = nodes.map((node, index) => createNode(context, { ...options, node, index, port }));
	const created = Promise.allSettled(making);
	const archives = await beside(created, () =>
		cloneArchives({ golden, cluster: names.cluster, nodes, keys, files, secret: newSecret(), now: clock.now() }),
	);
	const made = await Promise.allSettled(
		nodes.map(async ({ name }, index) => {
			await making[index];
			signal.throwIfAborted();
			await docker.must(["cp", "-", `${name}:/`], { input: tarArchive(archives[index] ?? []) });
			await docker.must(["start", name]);
		}),
	);
	const failed = made.find((one) => one.status === "rejected");
	if (failed) throw failed.reason;
	const fresh = `${paths.adminKubeconfig}.new`;
	await writeFile(fresh, keys.admin(`https://127.0.0.1:${port}`), { mode: 0o600 });
	const input = await readFile(join(import.meta.dirname, "boot.sh"), "utf8");
	// A look takes a tenth of a second, and some more where the host is busy.
	const looks = String(apiTimeoutMs / 100);
	await docker.must(["exec", "--interactive", names.controlPlane, "sh", "-s", looks], { input, signal, timeoutMs: 2 * apiTimeoutMs });
	await rename(fresh, paths.adminKubeconfig);
}

/** Does something while another thing is under way, and ends no sooner than that. */
async function beside<T>(other: Promise<unknown>, act: () => T): Promise<T> {
	try {
		return act();
	} finally {
		await other;
	}
}

/** As kind runs a node (pkg/cluster/internal/providers/docker/provision.go), so that kind takes it for one; not started yet. */
async function createNode(
	{ docker, host, instanceId }: KindContext,
	{ golden, labId, node, index, port }: CloneOptions & { node: NodeIdentity; index: number; port: number },
): Promise<void> {
	const names = labNames(instanceId, labId);
	const like = golden.nodes[index] as Golden["nodes"][number];
	await docker.must([
		...["create", "--name", node.name, "--hostname", node.name, ...labelArgs(instanceId, "node", labId)],
		...["--label", `io.x-k8s.kind.cluster=${names.cluster}`, "--label", `io.x-k8s.kind.role=${like.role}`],
		...["--privileged", "--security-opt", "seccomp=unconfined", "--security-opt", "apparmor=unconfined"],
		...["--tmpfs", "/tmp", "--tmpfs", "/run", "--tty", "--restart=on-failure:1", "--init=false", "--cgroupns=private"],
		...["--network", names.network, "--ip", node.address],
		...like.env.flatMap((one) => ["--env", one]),
		...like.binds.flatMap((bind) => ["--volume", bind]),
		...like.devices.flatMap((device) => ["--device", device]),
		...(like.userns ? ["--userns", like.userns] : []),
		...(index === 0 ? ["--publish", `127.0.0.1:${port}:6443/tcp`] : []),
		// Not filled from the image, as Docker does otherwise: that copies what node-start.sh leaves in place.
		...["--mount", "type=volume,destination=/var,volume-nocopy"],
		...["--entrypoint", "/bin/sh", host.images.node, "/kind/node-start.sh", "/sbin/init"],
	]);
}

/** A port of loopback that nobody listens on at this moment, as kind finds one: Docker's own choice would change at a restart. */
async function freePort(): Promise<number> {
	const server = createServer();
	await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
	const address = server.address();
	await new Promise((resolve) => server.close(resolve));
	return typeof address === "object" && address ? address.port : 0;
}
