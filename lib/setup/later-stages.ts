import { readHostManifest } from "../core/host.ts";
import type { SetupContext } from "./context.ts";
import { ensureGo } from "./go-toolchain.ts";
import { changeHostManifest } from "./host-manifest.ts";
import { ensureWorkstationWithHelm } from "./images/helm.ts";
import type { ImageContext } from "./images/image-context.ts";
import { ensureIngressAddon } from "./images/ingress-addon.ts";
import { ingressStage } from "./later-names.ts";
import type { Stage } from "./stages.ts";

/**
 * What the first lab does not need, most wanted first: add-ons of scenarios, Helm on the workstation. Each puts what it has
 * made into `host.json`, where the next lab finds it.
 */
export function laterStages(context: Omit<SetupContext, "say">): Stage[] {
	const { env, root } = context;
	const imagesOf = async (docker: string, tools: Parameters<Stage["run"]>[0]): Promise<ImageContext> => {
		const go = await ensureGo({ ...context, ...tools });
		return { cacheDir: env.cacheDir, root, docker, go, signal: tools.signal, log: tools.say };
	};
	return [
		{
			name: ingressStage,
			needs: [],
			run: async (tools) => {
				const host = await readHostManifest(env.dataDir);
				const ingress = await ensureIngressAddon(host, await imagesOf(host.docker, tools));
				if (host.addons.ingress?.mirror === ingress.mirror && host.addons.ingress.folder === ingress.folder) return "unchanged";
				await changeHostManifest(env.dataDir, (now) =>
					now.images.mirror === ingress.from ? { ...now, addons: { ...now.addons, ingress } } : undefined,
				);
				return "made";
			},
		},
		{
			name: "Helm",
			needs: [],
			run: async (tools) => {
				const host = await readHostManifest(env.dataDir);
				const plainWorkstation = host.images.plainWorkstation ?? host.images.workstation;
				const workstation = await ensureWorkstationWithHelm(plainWorkstation, await imagesOf(host.docker, tools));
				if (workstation === host.images.workstation) return "unchanged";
				await changeHostManifest(env.dataDir, (now) =>
					(now.images.plainWorkstation ?? now.images.workstation) === plainWorkstation
						? { ...now, images: { ...now.images, workstation, plainWorkstation } }
						: undefined,
				);
				return "made";
			},
		},
	];
}
