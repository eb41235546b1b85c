import { cp, link, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { mustRun, runCommand } from "../../core/run-command.ts";
import { lockOf } from "../artefact.ts";
import { type ArtefactInputs, hashInputs } from "../content-hash.ts";
import { withKeyLock } from "../key-lock.ts";
import type { ImageContext } from "./image-context.ts";

export interface ImageRequest {
	/** Kebab-case; the image becomes `faultline/<name>:<first 16 digits of the hash>`. */
	name: string;
	inputs: ArtefactInputs;
	/** Makes the image under the reference `target.ref` with the label `target.label`; `target.scratch` is gone afterwards. */
	build: (target: ImageTarget) => Promise<void>;
}

export interface ImageTarget {
	ref: string;
	/** `key=value`. */
	label: string;
	/** An empty folder. */
	scratch: string;
	/** A name for the container that a build may need; whatever bears it is removed before and afterwards. */
	container: string;
}

/** Without the signal: also when cancelled. */
async function removeContainer(name: string, context: ImageContext): Promise<void> {
	await runCommand(context.docker, ["rm", "--force", "--volumes", name], { timeoutMs: 60_000 });
}

/**
 * Gives the reference of a Docker image whose inputs have been built before, or builds it now.
 * One build at a time for a key over all processes. A build names its image last, so there is no half one under a reference.
 * @returns `faultline/<name>:<hash>`
 */
export async function ensureDockerImage(request: ImageRequest, context: ImageContext): Promise<string> {
	const hash = await hashInputs(request.inputs);
	const ref = `faultline/${request.name}:${hash.slice(0, 16)}`;
	if (await hasImage(context, ref)) return ref;
	return withKeyLock(lockOf(request.name, hash, context), async () => {
		if (await hasImage(context, ref)) return ref;
		// Named by the key, which the lock makes ours: a killed build's remains are found and go.
		const key = `${request.name}-${hash.slice(0, 16)}`;
		const scratch = join(context.cacheDir, "scratch", key);
		await rm(scratch, { recursive: true, force: true });
		await mkdir(scratch, { recursive: true });
		const container = `faultline-build-${key}`;
		await removeContainer(container, context);
		try {
			context.log(`image ${request.name}`);
			await request.build({ ref, label: `dev.faultline.artefact=${request.name}`, scratch, container });
		} finally {
			await removeContainer(container, context);
			await rm(scratch, { recursive: true, force: true });
		}
		return ref;
	});
}

/** Whether the engine has an image under this reference. */
export async function hasImage(context: ImageContext, ref: string): Promise<boolean> {
	const asked = await runCommand(context.docker, ["image", "inspect", "--format", "{{.Id}}", ref], {
		timeoutMs: 30_000,
		signal: context.signal,
	});
	return asked.exitCode === 0;
}

export interface DockerfileBuild {
	/** The folder with the Dockerfile and what it copies, absolute. */
	folder: string;
	/** What COPY finds besides: a path in the build context → a file or folder of the host, or a text. */
	files?: Readonly<Record<string, string | { text: string }>>;
	/** Build arguments: `BASE` → an image's reference. */
	args?: Readonly<Record<string, string>>;
}

/**
 * Builds a Dockerfile by the classic builder, on the host's network: Debian packages come the way that the host's own do.
 * The builder of BuildKit is a plug-in that Debian's docker.io does not bring.
 */
export async function buildDockerfile(request: DockerfileBuild, target: ImageTarget, context: ImageContext): Promise<void> {
	const folder = join(target.scratch, "context");
	await cp(request.folder, folder, { recursive: true });
	for (const [name, source] of Object.entries(request.files ?? {})) {
		const file = join(folder, name);
		await mkdir(dirname(file), { recursive: true });
		if (typeof source === "string") await linkOrCopy(source, file);
		else await writeFile(file, source.text);
	}
	const args = Object.entries(request.args ?? {}).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]);
	const names = ["--label", target.label, "--tag", target.ref];
	await mustRun(context.docker, ["build", "--quiet", "--network=host", "--force-rm", ...args, ...proxyArgs(), ...names, folder], {
		timeoutMs: 900_000,
		signal: context.signal,
		env: { DOCKER_BUILDKIT: "0" },
	});
}

/**
 * An image made from a folder of infra/ by its Dockerfile; a changed folder, argument or file makes another image.
 * @param request.key what the files given besides hang on: the hash of each one's artefact
 */
export function ensureFolderImage(request: FolderImage, context: ImageContext): Promise<string> {
	const values = { ...request.key };
	for (const [name, value] of Object.entries(request.args ?? {})) values[`arg ${name}`] = value;
	for (const [name, source] of Object.entries(request.files ?? {})) if (typeof source !== "string") values[`text ${name}`] = source.text;
	return ensureDockerImage(
		{ name: request.name, inputs: { files: [request.folder], values }, build: (target) => buildDockerfile(request, target, context) },
		context,
	);
}

export interface FolderImage extends DockerfileBuild {
	name: string;
	key?: Record<string, string>;
}

/** Proxies of the host; Docker keeps these arguments out of the image. */
function proxyArgs(): string[] {
	const names = ["http_proxy", "https_proxy", "no_proxy"].filter((name) => process.env[name]);
	return names.flatMap((name) => ["--build-arg", `${name}=${process.env[name]}`]);
}

/** A hard link where it can be: programs are large. */
async function linkOrCopy(from: string, to: string): Promise<void> {
	await link(from, to).catch(() => cp(from, to, { recursive: true }));
}
