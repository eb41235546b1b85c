import { join } from "node:path";
import { ensureFolderImage } from "./docker-image.ts";
import { ensureGoProgram } from "./go-program.ts";
import type { ImageContext } from "./image-context.ts";

/** As infra/workstation/helm/go.mod has it; 3.21 is the last series on Kubernetes 1.36's libraries. */
const helmVersion = "v3.21.4";

/**
 * The workstation with Helm: one thin layer on it. The first lab does not need it, and building Helm takes minutes, so
 * it is made afterwards, at low priority.
 * @param workstation the reference from `ensureWorkstationImage`
 * @returns the image's reference
 */
export async function ensureWorkstationWithHelm(workstation: string, context: ImageContext): Promise<string> {
	const helm = await ensureGoProgram(
		{
			name: "helm",
			module: join(context.root, "infra/workstation/helm"),
			package: "helm.sh/helm/v3/cmd/helm",
			variables: { "helm.sh/helm/v3/internal/version.version": helmVersion },
		},
		context,
	);
	return ensureFolderImage(
		{
			name: "workstation-helm",
			folder: join(context.root, "infra/workstation/with-helm"),
			args: { WORKSTATION: workstation },
			files: { helm: helm.file },
			key: { helm: helm.hash },
		},
		context,
	);
}
