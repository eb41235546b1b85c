import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { mustRun } from "../../core/run-command.ts";
import { ensureDockerImage } from "./docker-image.ts";
import type { ImageContext } from "./image-context.ts";
import { fullImageName, type NamedImage } from "./image-names.ts";

export interface Preload {
	/** The made image's name. */
	name: string;
	/** The node image to start from. */
	from: string;
	images: readonly NamedImage[];
}

/**
 * A node image whose containerd has images already, so that a cluster starts without a registry.
 * Adds one layer with what is new; layers that images share are there once.
 */
export function ensurePreloaded(request: Preload, context: ImageContext): Promise<string> {
	const script = join(context.root, "infra/node-image/preload.sh");
	const names = request.images.flatMap(({ ref, names }) => names.map((name) => `${fullImageName(ref)} ${fullImageName(name)}`));
	return ensureDockerImage(
		{
			name: request.name,
			inputs: { files: [script], values: { from: request.from, names: names.join("\n") } },
			build: async ({ ref, label, scratch, container }) => {
				const run = (args: string[], timeoutMs = 600_000) => mustRun(context.docker, args, { timeoutMs, signal: context.signal });
				await copyFile(script, join(scratch, "preload.sh"));
				await writeFile(join(scratch, "names"), `${names.join("\n")}\n`);
				await run(["save", "--output", join(scratch, "images.tar"), ...new Set(request.images.map((image) => image.ref))]);
				const mounts = ["--volume", `${scratch}:/mnt:ro`, "--volume", "/stage"];
				const command = ["--entrypoint", "/bin/bash", request.from, "/mnt/preload.sh"];
				const options = ["--name", container, "--privileged", "--network", "none", "--label", label];
				await run(["create", ...options, ...mounts, ...command]);
				await run(["start", "--attach", container]);
				const change = ["--change", 'ENTRYPOINT ["/usr/local/bin/entrypoint", "/sbin/init"]', "--change", "CMD []"];
				await run(["commit", ...change, "--change", `LABEL ${label}`, container, ref]);
			},
		},
		context,
	);
}
