import { join } from "node:path";
import { mustRun } from "../../core/run-command.ts";
import { ensureDockerImage } from "./docker-image.ts";
import type { ImageContext } from "./image-context.ts";

/**
 * An image's file system as one layer. What a layer deletes of the one below is a special file, and such files can't be
 * copied into another image's layer: images that go into a node's containerd are flattened first.
 */
export function ensureFlatImage(
	request: { name: string; from: string; command: readonly string[] },
	context: ImageContext,
): Promise<string> {
	const command = `CMD ${JSON.stringify(request.command)}`;
	return ensureDockerImage(
		{
			name: request.name,
			inputs: { files: [], values: { from: request.from, command } },
			build: async ({ ref, label, scratch, container }) => {
				const run = (args: string[]) => mustRun(context.docker, args, { timeoutMs: 300_000, signal: context.signal });
				const archive = join(scratch, "rootfs.tar");
				await run(["create", "--name", container, "--network", "none", "--label", label, request.from]);
				await run(["export", "--output", archive, container]);
				await run(["import", "--change", `LABEL ${label}`, "--change", command, archive, ref]);
			},
		},
		context,
	);
}
