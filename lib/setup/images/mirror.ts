import { join } from "node:path";
import { AppError } from "../../core/errors.ts";
import { mustRun } from "../../core/run-command.ts";
import { ensureDockerImage, ensureFolderImage } from "./docker-image.ts";
import type { ImageContext } from "./image-context.ts";
import { type NamedImage, parseImageName } from "./image-names.ts";
import { fillRegistry } from "./registry.ts";

/** Debian's registry with nothing in it. */
export function ensureEmptyMirror(base: string, context: ImageContext): Promise<string> {
	return ensureFolderImage({ name: "mirror-empty", folder: join(context.root, "infra/mirror"), args: { BASE: base } }, context);
}

/**
 * A mirror's image with further images in it, as one more layer. Layers of images that are there already cost nothing.
 * @param request.from an empty mirror, or one filled before
 * @throws AppError `mirror-collision` where two names differ in the registry only: a mirror is asked by repository
 */
export function ensureFilledMirror(
	request: { name: string; from: string; images: readonly NamedImage[] },
	context: ImageContext,
): Promise<string> {
	refuseCollisions(request.images);
	const names = request.images.map(({ ref, names }) => `${ref} ${names.join(" ")}`).join("\n");
	return ensureDockerImage(
		{
			name: request.name,
			inputs: { files: [], values: { from: request.from, names, recipe: "1" } },
			build: async ({ ref, label, container }) => {
				const run = (args: string[]) => mustRun(context.docker, args, { timeoutMs: 300_000, signal: context.signal });
				const options = ["--detach", "--name", container, "--label", label, "--publish", "127.0.0.1::5000"];
				await run(["run", ...options, request.from, "/etc/mirror/fill.yml"]);
				const address = (await run(["port", container, "5000/tcp"])).split("\n")[0]?.trim() ?? "";
				await fillRegistry(address, request.images, context);
				await run(["stop", "--time", "10", container]);
				await run(["commit", "--change", 'CMD ["/etc/mirror/serve.yml"]', "--change", `LABEL ${label}`, container, ref]);
			},
		},
		context,
	);
}

/** Repositories and tags of a mirror, each from one image only. */
export function refuseCollisions(images: readonly NamedImage[]): void {
	const owners = new Map<string, string>();
	for (const { ref, names } of images) {
		for (const name of names) {
			const { repository, tag } = parseImageName(name);
			const key = `${repository}:${tag}`;
			const owner = owners.get(key);
			if (owner !== undefined && owner !== ref) throw new AppError("mirror-collision", `${name} would hide another image in the mirror.`);
			owners.set(key, ref);
		}
	}
}
