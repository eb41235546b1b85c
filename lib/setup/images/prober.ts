import { join } from "node:path";
import { buildDockerfile, ensureDockerImage } from "./docker-image.ts";
import { ensureGoProgram } from "./go-program.ts";
import type { ImageContext } from "./image-context.ts";

/**
 * Faultline's eyes: infra/prober/README.md.
 * @returns the image's reference
 */
export async function ensureProberImage(context: ImageContext): Promise<string> {
	const folder = join(context.root, "infra/prober");
	const program = await ensureGoProgram({ name: "prober", module: folder, timeoutMs: 600_000 }, context);
	const dockerfile = join(folder, "Dockerfile");
	return ensureDockerImage(
		{
			name: "prober",
			inputs: { files: [dockerfile], values: { prober: program.hash } },
			build: (target) => buildDockerfile({ folder: program.path, files: { Dockerfile: dockerfile } }, target, context),
		},
		context,
	);
}
