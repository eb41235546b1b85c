import { join } from "node:path";
import { ensureFolderImage } from "./docker-image.ts";
import { ensureGoProgram } from "./go-program.ts";
import type { ImageContext } from "./image-context.ts";
import { ensureKube } from "./programs.ts";

/**
 * The learner's laptop in a lab: infra/workstation/README.md.
 * @param base Debian's minimal system, from `ensureBaseImage`
 * @param kubectl a program that is kubectl when called so; Kubernetes built here where not given
 * @returns the image's reference
 */
export async function ensureWorkstationImage(base: string, context: ImageContext, kubectl?: KubectlProgram): Promise<string> {
	const kube = kubectl ?? (await ensureKube(context));
	const shellHost = await ensureGoProgram(
		{ name: "shell-host", module: join(context.root, "infra/shell-host"), timeoutMs: 600_000 },
		context,
	);
	return ensureFolderImage(
		{
			name: "workstation",
			folder: join(context.root, "infra/workstation/image"),
			args: { BASE: base },
			files: { kube: kube.file, "shell-host": shellHost.file },
			key: { kube: kube.hash, "shell-host": shellHost.hash },
		},
		context,
	);
}

interface KubectlProgram {
	file: string;
	hash: string;
}
