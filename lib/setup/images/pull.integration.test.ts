import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readEnv } from "../../core/env.ts";
import { type HostManifest, hostManifest } from "../../core/host.ts";
import { newId } from "../../core/ids.ts";
import { mustRun, runCommand } from "../../core/run-command.ts";
import { findProgram } from "../find-program.ts";
import { findGo } from "../go-toolchain.ts";
import { ensureBaseImage } from "./debian.ts";
import { builtImages, pulledImages } from "./ensure-images.ts";
import type { ImageContext } from "./image-context.ts";
import { ensureEmptyMirror } from "./mirror.ts";
import { publicImages } from "./pull.ts";
import { fillRegistry } from "./registry.ts";
import { ensureTools, ensureWorkloadImages } from "./workload.ts";

/**
 * The pull way, against a registry on loopback that serves what the build way made under the public names; then a real
 * cluster of what was pulled, whose only registry is the mirror.
 */
// The test run removes what bears its instance, also after a kill.
const id = `fl-${process.env.FAULTLINE_INSTANCE ?? newId()}-pull`;
const controller = new AbortController();
let folder: string;
let host: HostManifest;
let registry: string;
let docker: (args: string[], input?: string) => Promise<string>;
let kubectl: (...args: string[]) => Promise<string>;
let context: ImageContext;

const config = `kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
networking: { apiServerAddress: 127.0.0.1 }
containerdConfigPatches:
- '[plugins."io.containerd.grpc.v1.cri".registry]
  config_path = "/etc/containerd/certs.d"'
kubeadmConfigPatches:
- '{apiVersion: kubelet.config.k8s.io/v1beta1, kind: KubeletConfiguration, failCgroupV1: false}'
`;

async function makeContext(): Promise<ImageContext> {
	const { cacheDir } = readEnv();
	const go = await findGo(cacheDir, controller.signal);
	const program = await findProgram("docker");
	if (!go || !program) throw new Error("This host is not set up: npm start");
	return { cacheDir, root: process.cwd(), docker: program, go: go.file, signal: controller.signal, log: () => undefined };
}

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "faultline-pull-"));
	context = await makeContext();
	docker = (args, input) => mustRun(context.docker, args, { timeoutMs: 300_000, input });
	const built = await builtImages(context, controller);
	const base = await ensureBaseImage(context);
	const workload = await ensureWorkloadImages(await ensureTools(base, context), context);

	const empty = await ensureEmptyMirror(base, context);
	await docker(["run", "--detach", "--name", `${id}-outside`, "--publish", "127.0.0.1::5000", empty, "/etc/mirror/fill.yml"]);
	registry = (await docker(["port", `${id}-outside`, "5000/tcp"])).split("\n")[0] ?? "";
	await fillRegistry(registry, [{ ref: built.images.node, names: ["kindest/node:v1.36.3"] }, ...workload], context);
	host = await pulledImages({ node: "kindest/node:v1.36.3", debug: publicImages, registry }, context, controller);

	await writeFile(join(folder, "kind.yaml"), config);
	const env = { KUBECONFIG: join(folder, "kubeconfig"), KIND_EXPERIMENTAL_DOCKER_NETWORK: id };
	kubectl = (...args) => mustRun(host.kubectl, args, { timeoutMs: 250_000, env });
	await docker(["network", "create", id]);
	await docker(["run", "--detach", "--name", `${id}-mirror`, "--network", id, "--cap-drop", "ALL", "--read-only", host.images.mirror]);
	const create = ["create", "cluster", "--name", id, "--config", join(folder, "kind.yaml"), "--image", host.images.node, "--wait", "240s"];
	await mustRun(host.kind, create, { timeoutMs: 600_000, env });
	const address = (
		await docker(["inspect", "--format", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", `${id}-mirror`])
	).trim();
	const url = `http://${address}:5000`;
	const hosts = `server = "${url}"\n[host."${url}"]\n  capabilities = ["pull", "resolve"]\n`;
	const script = "mkdir -p /etc/containerd/certs.d/_default && cat > /etc/containerd/certs.d/_default/hosts.toml";
	await docker(["exec", "--interactive", `${id}-control-plane`, "sh", "-c", script], hosts);
	// kind returns before the first controller has made the account that pods run under.
	await kubectl("wait", "--for=create", "serviceaccount/default", "--timeout=120s");
}, 1_500_000);

afterAll(async () => {
	const gently = (file: string, args: string[]) =>
		runCommand(file, args, { timeoutMs: 180_000, env: { KUBECONFIG: join(folder, "kubeconfig") } });
	if (host) await gently(host.kind, ["delete", "cluster", "--name", id]);
	await gently(context.docker, ["rm", "--force", "--volumes", `${id}-outside`, `${id}-mirror`]);
	await gently(context.docker, ["network", "rm", id]);
	const pulled = await gently(context.docker, ["images", "--format", "{{.Repository}}:{{.Tag}}"]);
	const ours = pulled.stdout.split("\n").filter((name) => registry && name.startsWith(`${registry}/`));
	if (ours.length > 0) await gently(context.docker, ["rmi", "--no-prune", ...ours]);
	await rm(folder, { recursive: true, force: true });
});

describe("a host where a registry answers", () => {
	test("takes node and kubectl from the node image, and serves the debug images by their names and :latest", async () => {
		expect(hostManifest.parse(host)).toMatchObject({ way: "pull", kubernetesVersion: "v1.36.3" });
		expect(host.mirrored).toEqual(
			expect.arrayContaining(["nginx:1.29", "nginx:latest", "nicolaka/netshoot:latest", "faultline.dev/shop:1"]),
		);
		expect(await kubectl("version", "--client")).toContain("v1.36.3");
	});

	test("runs nginx by name behind a Service that other debug images reach by name", async () => {
		const pull = "--image-pull-policy=Always";
		await kubectl("run", "web", "--image=nginx", pull, "--port=80", "--expose");
		await kubectl("run", "box", "--image=busybox", pull, "--", "sleep", "1d");
		await kubectl("run", "shoot", "--image=nicolaka/netshoot", pull, "--", "sleep", "1d");
		await kubectl("run", "alp", "--image=alpine", pull, "--", "sleep", "1d");
		await kubectl("wait", "--for=condition=Ready", "pod/web", "pod/box", "pod/shoot", "pod/alp", "--timeout=240s");
		await kubectl("-n", "kube-system", "rollout", "status", "deployment/coredns", "--timeout=240s");
		// Pods are ready before the node's rules lead to them: those of cluster DNS and of the Service come a moment later.
		const page = () => kubectl("exec", "box", "--", "wget", "-qO-", "-T", "5", "http://web");
		await expect.poll(page, { timeout: 60_000 }).toContain("Welcome to nginx!");
		expect(await kubectl("exec", "box", "--", "nc", "-z", "-w", "5", "web", "80")).toBe("");
		expect(await kubectl("exec", "alp", "--", "nslookup", "web.default.svc.cluster.local")).toContain("Address");
		expect(
			await kubectl("exec", "shoot", "--", "bash", "-c", "curl -s --max-time 20 http://web && dig +short web.default.svc.cluster.local"),
		).toMatch(/Welcome to nginx![\s\S]*\n10\.96\./);
		await kubectl("run", "curl", "--image=curlimages/curl", pull, "--restart=Never", "--", "-s", "--max-time", "20", "http://web");
		await kubectl("wait", "--for=jsonpath={.status.phase}=Succeeded", "pod/curl", "--timeout=120s");
		expect(await kubectl("logs", "curl")).toContain("Welcome to nginx!");
	});

	test("runs agnhost and the scenarios' application, and debugs a pod that has no tools", async () => {
		const agnhost = "--image=registry.k8s.io/e2e-test-images/agnhost:latest";
		await kubectl("run", "agnhost", agnhost, "--", "netexec", "--http-port=8080");
		await kubectl("run", "shop", "--image=faultline.dev/shop:1", "--image-pull-policy=Always");
		await kubectl("wait", "--for=condition=Ready", "pod/agnhost", "pod/shop", "--timeout=240s");
		const address = await kubectl("get", "pod", "agnhost", "-o", "jsonpath={.status.podIP}");
		await kubectl("debug", "shop", "--image=busybox", "--container=eyes", "--", "sleep", "1d");
		await kubectl("wait", "pod/shop", "--timeout=120s", "--for=jsonpath={.status.ephemeralContainerStatuses[0].state.running}");
		const get = (url: string) => kubectl("exec", "shop", "-c", "eyes", "--", "wget", "-qO-", "-T", "5", url);
		// These pods have no readiness probe: they count as ready when their programs start, and listen a moment later.
		await expect.poll(() => get(`http://${address}:8080/hostname`), { timeout: 60_000 }).toBe("agnhost");
		await expect.poll(async () => JSON.parse(await get("http://127.0.0.1:8080/")), { timeout: 60_000 }).toMatchObject({ app: "shop" });
	});

	test("says at once that there is no image of a wrong name", async () => {
		await kubectl("run", "wrong", "--image=ngnix");
		await kubectl(
			"wait",
			"pod/wrong",
			"--timeout=120s",
			"--for=jsonpath={.status.containerStatuses[0].state.waiting.reason}=ImagePullBackOff",
		);
		// The kubelet sends events apart from the status.
		const events = () => kubectl("get", "events", "--field-selector=involvedObject.name=wrong");
		await expect.poll(events, { timeout: 60_000 }).toContain("ngnix:latest: not found");
	});
});
