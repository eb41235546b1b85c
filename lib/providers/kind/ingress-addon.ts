import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../core/errors.ts";
import type { IngressAddon } from "../../core/host.ts";
import { runCommand } from "../../core/run-command.ts";
import type { ClusterSpec, StepContext } from "../provider.ts";
import type { KindContext, LabPaths } from "./kind-context.ts";

/** Where the add-on's manifests lie in the learner's home. */
const manifestsFolder = "manifests/traefik";

/**
 * What a cluster with an ingress or a gateway needs from this host; undefined for all others. May wait for set-up to make it.
 * @throws AppError `addon-not-made`
 */
export async function ingressAddonOf(context: KindContext, cluster: ClusterSpec, step: StepContext): Promise<IngressAddon | undefined> {
	if (!cluster.addons.some((name) => name === "ingress" || name === "gateway")) return undefined;
	if (context.ingressAddon) return context.ingressAddon(step);
	const made = context.host.addons.ingress;
	if (made) return made;
	throw new AppError("addon-not-made", "This lab needs the ingress add-on, and this host has not made it yet.", {
		mend: "node lib/setup/later.ts",
	});
}

/** The add-on's manifests for the workstation: path in the home → content. */
export async function addonFiles(addon: IngressAddon): Promise<Record<string, string>> {
	const folder = join(addon.folder, "manifests");
	const names = await readdir(folder);
	const files = names.map(async (name) => [`${manifestsFolder}/${name}`, await readFile(join(folder, name), "utf8")] as const);
	return Object.fromEntries(await Promise.all(files));
}

/** Installs the Gateway API's resource definitions and waits until the API server serves them. */
export async function installGatewayApi(
	context: Pick<KindContext, "host">,
	options: { addon: IngressAddon; paths: LabPaths; signal: AbortSignal },
): Promise<void> {
	const { addon, paths, signal } = options;
	const file = join(addon.folder, "gateway-api.yaml");
	const kubectl = async (args: string[]) => {
		const env = { KUBECONFIG: paths.adminKubeconfig, KUBECACHEDIR: paths.kubectlCache, KUBECTL_KUBERC: "false" };
		const result = await runCommand(context.host.kubectl, args, { timeoutMs: 90_000, signal, env });
		if (result.exitCode === 0) return;
		throw new AppError("gateway-api-not-installed", `The Gateway API could not be installed: ${result.stderr.trim()}`, { retryable: true });
	};
	// Server-side: the definitions are longer than the annotation in which kubectl would remember them.
	await kubectl(["apply", "--server-side", "--force-conflicts", "-f", file]);
	await kubectl(["wait", "--for=condition=Established", "--timeout=60s", "-f", file]);
}
