import { join } from "node:path";
import { mustRun } from "../../core/run-command.ts";
import { buildDockerfile, ensureDockerImage, ensureFolderImage } from "./docker-image.ts";
import type { ImageContext } from "./image-context.ts";
import type { NamedImage } from "./image-names.ts";
import { ensurePreloaded } from "./preload.ts";
import { corednsVersion, ensureCoredns, ensureKube, ensureNetworkAgent, ensurePause, kindModule, kubernetesVersion } from "./programs.ts";

/** As infra/network-agent/manifest.yaml names it. */
const networkAgentName = "faultline.dev/network-agent:1";

export interface NodeParts {
	/** Debian's minimal system. */
	base: string;
	/** The layer under debug images and the control plane. */
	tools: string;
	/** Debug images, to be there without a pull. */
	workload: readonly NamedImage[];
	/** Images that change more often than all others, in the last layers. */
	late: readonly NamedImage[];
}

/**
 * kind's node image, made here: system, Kubernetes, then images from the steadiest to the one that changes most, so that
 * a change of ours makes thin layers only.
 * @returns its reference
 */
export async function ensureNodeImage(parts: NodeParts, context: ImageContext): Promise<string> {
	const [os, kubernetes, agent] = await Promise.all([
		ensureNodeSystem(parts.base, context),
		controlPlaneImages(parts.tools, context),
		networkAgentImage(context),
	]);
	const steady = await ensurePreloaded(
		{ name: "node-steady", from: await withKubernetes(os, kubernetes.pause, context), images: [...kubernetes.images, ...parts.workload] },
		context,
	);
	const late = await ensurePreloaded({ name: "node-late", from: steady, images: [agent, ...parts.late] }, context);
	const folder = join(context.root, "infra/node-image/manifests");
	const manifest = join(context.root, "infra/network-agent/manifest.yaml");
	return ensureDockerImage(
		{
			name: "node",
			inputs: { files: [folder, manifest], values: { late } },
			build: (target) => buildDockerfile({ folder, args: { NODE: late }, files: { "default-cni.yaml": manifest } }, target, context),
		},
		context,
	);
}

/** Debian with systemd and containerd, and kind's own files from kind's module. */
export async function ensureNodeSystem(base: string, context: ImageContext): Promise<string> {
	const files = join(await kindModule(context), "images/base/files");
	const folder = join(context.root, "infra/node-image/os");
	return ensureDockerImage(
		{
			name: "node-system",
			inputs: { files: [folder, files], values: { base } },
			build: (target) => buildDockerfile({ folder, args: { BASE: base }, files: { "kind-files": files } }, target, context),
		},
		context,
	);
}

async function withKubernetes(system: string, pause: string, context: ImageContext): Promise<string> {
	const kube = await ensureKube(context);
	return ensureFolderImage(
		{
			name: "node-kubernetes",
			folder: join(context.root, "infra/node-image/boot"),
			args: { OS: system, PAUSE: pause },
			files: { kube: kube.file, version: { text: kubernetesVersion } },
			key: { kube: kube.hash },
		},
		context,
	);
}

/** What kubeadm asks for, under the names by which it asks. */
async function controlPlaneImages(tools: string, context: ImageContext): Promise<{ images: NamedImage[]; pause: string }> {
	const folder = (name: string) => join(context.root, "infra/node-image/images", name);
	const [kube, coredns, pause] = [await ensureKube(context), await ensureCoredns(context), await ensurePause(context)];
	const listed = await mustRun(kube.file, ["kubeadm", "config", "images", "list", "--kubernetes-version", kubernetesVersion], {
		timeoutMs: 60_000,
		signal: context.signal,
	});
	const names = listed.trim().split("\n");
	const dns = names.filter((name) => name.includes("/coredns:"));
	const pauses = names.filter((name) => name.includes("/pause:"));
	const image = (name: string, program: { file: string; hash: string }, args?: Record<string, string>) =>
		ensureFolderImage({ name, folder: folder(name), args, files: { [name]: program.file }, key: { [name]: program.hash } }, context);
	return {
		pause: pauses[0] ?? "",
		images: [
			{ ref: await image("kube", kube, { TOOLS: tools }), names: names.filter((name) => !dns.includes(name) && !pauses.includes(name)) },
			// kubeadm's own tag, and that of what it really is: a cluster's configuration may name the latter.
			{ ref: await image("coredns", coredns), names: [...dns, `registry.k8s.io/coredns/coredns:${await corednsVersion(context)}`] },
			{ ref: await image("pause", pause), names: pauses },
		],
	};
}

async function networkAgentImage(context: ImageContext): Promise<NamedImage> {
	const agent = await ensureNetworkAgent(context);
	const folder = join(context.root, "infra/network-agent");
	const dockerfile = join(folder, "Dockerfile");
	const ref = await ensureDockerImage(
		{
			name: "network-agent",
			inputs: { files: [dockerfile], values: { agent: agent.hash } },
			build: (target) => buildDockerfile({ folder: agent.path, files: { Dockerfile: dockerfile } }, target, context),
		},
		context,
	);
	return { ref, names: [networkAgentName] };
}
