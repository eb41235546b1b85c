import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../core/errors.ts";
import { mustRun, runCommand } from "../../core/run-command.ts";
import { ensureArtefact } from "../artefact.ts";
import { hasImage } from "./docker-image.ts";
import type { ImageContext } from "./image-context.ts";
import { fullImageName, type NamedImage, parseImageName } from "./image-names.ts";
import { kindModule } from "./programs.ts";

/** Public images by name; of each one also :latest is served in labs. */
export const publicImages = [
	"busybox:1.37",
	"alpine:3.22",
	"nginx:1.29",
	"nicolaka/netshoot:v0.14",
	"curlimages/curl:8.14.1",
	"registry.k8s.io/e2e-test-images/agnhost:2.53",
] as const;

export interface PullSource {
	/** kind's node image, with or without digest. */
	node: string;
	debug: readonly string[];
	/** A registry that has everything under the repositories' names: `127.0.0.1:5000`. Each image's own where not given. */
	registry?: string;
}

/** The public source: the node image, digest included, is the one that kind's own module names. */
export async function publicSource(context: ImageContext): Promise<PullSource> {
	const defaults = await readFile(join(await kindModule(context), "pkg/apis/config/defaults/image.go"), "utf8");
	const node = /"(kindest\/node:v[^"@]+@sha256:[0-9a-f]{64})"/.exec(defaults)?.[1];
	if (!node) throw new AppError("no-node-image", "kind's module names no node image where it is looked for.");
	return { node, debug: publicImages };
}

export interface PulledImages {
	node: string;
	debug: NamedImage[];
	/** `v1.37.0` */
	kubernetesVersion: string;
	/** The node image's own kubectl, on the host. */
	kubectl: { file: string; hash: string };
}

/**
 * Pulls what is missing of kind's node image and the debug images.
 * @throws AppError `image-not-pulled`
 */
export async function ensurePulledImages(source: PullSource, context: ImageContext): Promise<PulledImages> {
	const node = await pull(source.node, source.registry, context);
	const debug: NamedImage[] = [];
	for (const name of source.debug) {
		const { registry, repository } = parseImageName(name);
		const latest = `${registry}/${repository}:latest`;
		const names = [...new Set([fullImageName(name), latest])];
		debug.push({ ref: await ensurePulledImage(name, source.registry, context), names: names.map(usualName) });
	}
	const options = { timeoutMs: 60_000, signal: context.signal };
	const read = ["run", "--rm", "--network", "none", "--entrypoint", "cat", node, "/kind/version"];
	const kubernetesVersion = (await mustRun(context.docker, read, options)).trim();
	return { node, debug, kubernetesVersion, kubectl: await kubectlOf(node, context) };
}

/**
 * One public image.
 * @returns its id: a tag that is pulled anew later is another image
 * @throws AppError `image-not-pulled`
 */
export async function ensurePulledImage(name: string, registry: string | undefined, context: ImageContext): Promise<string> {
	const ref = await pull(name, registry, context);
	const options = { timeoutMs: 30_000, signal: context.signal };
	return (await mustRun(context.docker, ["image", "inspect", "--format", "{{.Id}}", ref], options)).trim();
}

/** The names that people write: without `docker.io/` and `library/`. */
export function usualName(full: string): string {
	return full.replace(/^docker\.io\/(library\/)?/, "");
}

async function pull(name: string, registry: string | undefined, context: ImageContext): Promise<string> {
	const ref = registry ? `${registry}/${fullImageName(name).replace(/^[^/]+\//, "")}` : name;
	if (await hasImage(context, ref)) return ref;
	context.log(`pulling ${name}`);
	// The node image is about 400 MB; ten minutes are enough at 6 Mbit/s.
	const pulled = await runCommand(context.docker, ["pull", "--quiet", ref], { timeoutMs: 600_000, signal: context.signal });
	if (pulled.exitCode !== 0) {
		throw new AppError("image-not-pulled", `${name} could not be pulled: ${pulled.stderr.trim()}`, {
			retryable: true,
			mend: "Try again, or build all images here: FAULTLINE_IMAGES=build npm start",
		});
	}
	return ref;
}

async function kubectlOf(node: string, context: ImageContext): Promise<{ file: string; hash: string }> {
	const options = { timeoutMs: 120_000, signal: context.signal };
	const id = (await mustRun(context.docker, ["image", "inspect", "--format", "{{.Id}}", node], options)).trim();
	const artefact = await ensureArtefact(
		{
			name: "kubectl",
			inputs: { files: [], values: { image: id } },
			build: async ({ dir }) => {
				const container = (await mustRun(context.docker, ["create", "--network", "none", node], options)).trim();
				try {
					await mustRun(context.docker, ["cp", "--follow-link", `${container}:/usr/bin/kubectl`, join(dir, "kubectl")], options);
				} finally {
					await runCommand(context.docker, ["rm", "--force", "--volumes", container], { timeoutMs: 60_000 });
				}
			},
		},
		context,
	);
	return { file: join(artefact.path, "kubectl"), hash: artefact.hash };
}
