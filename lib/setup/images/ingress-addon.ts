import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { HostManifest, IngressAddon } from "../../core/host.ts";
import { mustRun } from "../../core/run-command.ts";
import { ensureArtefact } from "../artefact.ts";
import { ensureBaseImage } from "./debian.ts";
import { ensureFolderImage } from "./docker-image.ts";
import { ensureGoProgram, goEnv } from "./go-program.ts";
import type { ImageContext } from "./image-context.ts";
import type { NamedImage } from "./image-names.ts";
import { ensureFilledMirror } from "./mirror.ts";
import { ensurePulledImage } from "./pull.ts";
import { ensureTools } from "./workload.ts";

/** As infra/addons/traefik/go.mod has it; v3.7 needs a fork of a module that the module proxy does not have. */
const traefikVersion = "v3.6.12";

/** Names under which labs know Traefik, most exact first. */
const traefikNames = [traefikVersion, "v3.6", "v3", "latest"].map((tag) => `traefik:${tag}`);

/**
 * Makes what labs with the add-ons `ingress` or `gateway` need besides: Traefik's image in a mirror, manifests for the
 * workstation, the Gateway API's resource definitions.
 * @param registry has Traefik under its own repository: `127.0.0.1:5000`. Docker Hub where not given. For the way `pull`.
 */
export async function ensureIngressAddon(
	host: Pick<HostManifest, "way" | "images">,
	context: ImageContext,
	registry?: string,
): Promise<IngressAddon> {
	const folder = await addonFolder(context);
	const traefik = host.way === "pull" ? await pulledTraefik(context, registry) : await builtTraefik(context);
	const mirror = await ensureFilledMirror({ name: "mirror-ingress", from: host.images.mirror, images: [traefik] }, context);
	return { from: host.images.mirror, mirror, mirrored: [...traefik.names], folder };
}

async function builtTraefik(context: ImageContext): Promise<NamedImage> {
	const program = await ensureGoProgram(
		{
			name: "traefik",
			module: moduleOf(context),
			package: "github.com/traefik/traefik/v3/cmd/traefik",
			variables: { "github.com/traefik/traefik/v3/pkg/version.Version": traefikVersion.slice(1) },
		},
		context,
	);
	// On the tools' layer, which every node has: a shell to look around with, and only the program itself to pull.
	const tools = await ensureTools(await ensureBaseImage(context), context);
	const ref = await ensureFolderImage(
		{
			name: "traefik",
			folder: join(context.root, "infra/addons/traefik/image"),
			args: { TOOLS: tools },
			files: { traefik: program.file },
			key: { traefik: program.hash },
		},
		context,
	);
	return { ref, names: traefikNames };
}

async function pulledTraefik(context: ImageContext, registry: string | undefined): Promise<NamedImage> {
	return { ref: await ensurePulledImage(traefikNames[0] ?? "", registry, context), names: traefikNames };
}

/** Manifests of ours, and one file of the Gateway API's definitions in the version that Traefik is built with. */
async function addonFolder(context: ImageContext): Promise<string> {
	const module = moduleOf(context);
	const manifests = join(module, "manifests");
	const options = { timeoutMs: 300_000, signal: context.signal, cwd: module, env: goEnv() };
	await mustRun(context.go, ["mod", "download", "sigs.k8s.io/gateway-api"], options);
	const api = (await mustRun(context.go, ["list", "-m", "-f", "{{.Dir}}", "sigs.k8s.io/gateway-api"], options)).trim();
	const definitions = join(api, "config/crd/standard");
	const artefact = await ensureArtefact(
		{
			name: "ingress-addon",
			inputs: { files: [manifests, definitions], values: { recipe: "1" } },
			build: async ({ dir }) => {
				await cp(manifests, join(dir, "manifests"), { recursive: true });
				const names = (await readdir(definitions)).filter((name) => name.startsWith("gateway.networking.k8s.io_")).sort();
				const texts = await Promise.all(names.map((name) => readFile(join(definitions, name), "utf8")));
				await writeFile(join(dir, "gateway-api.yaml"), texts.join("\n---\n"));
			},
		},
		context,
	);
	return artefact.path;
}

function moduleOf(context: ImageContext): string {
	return join(context.root, "infra/addons/traefik");
}
