import { join } from "node:path";
import { ensureFolderImage } from "./docker-image.ts";
import { ensureFlatImage } from "./flat-image.ts";
import type { ImageContext } from "./image-context.ts";
import type { NamedImage } from "./image-names.ts";
import { ensureAgnhost } from "./programs.ts";

/**
 * Names under which labs know the debug images: :latest, and versions that the Kubernetes documentation and people's
 * habits name. They are all of this build's Debian programs: a tag is a name here, not a promise of that version.
 */
export const workloadNames = {
	busybox: tags("busybox", "latest", "stable", "1.28", "1.35", "1.36", "1.37"),
	alpine: tags("alpine", "latest", "3", "3.20", "3.21", "3.22"),
	nginx: tags("nginx", "latest", "stable", "alpine", "1.14.2", "1.26", "1.27", "1.29"),
	netshoot: tags("nicolaka/netshoot", "latest", "v0.13", "v0.14"),
	curl: tags("curlimages/curl", "latest", "8.14.1"),
	// 2.63.0 is what Kubernetes 1.36 names itself.
	agnhost: tags("registry.k8s.io/e2e-test-images/agnhost", "latest", "2.39", "2.53", "2.63.0"),
} as const;

function tags(repository: string, ...all: string[]): string[] {
	return all.map((tag) => `${repository}:${tag}`);
}

/** The layer of tools that all debug images, and the control plane's, stand on: one layer, which deletes nothing of another. */
export async function ensureTools(base: string, context: ImageContext): Promise<string> {
	const layers = await ensureFolderImage(
		{ name: "tools-layers", folder: join(context.root, "infra/workload/tools"), args: { BASE: base } },
		context,
	);
	return ensureFlatImage({ name: "tools", from: layers, command: ["bash"] }, context);
}

/** The debug images, made from Debian's packages and Kubernetes' agnhost. */
export async function ensureWorkloadImages(tools: string, context: ImageContext): Promise<NamedImage[]> {
	const folder = (name: string) => join(context.root, "infra/workload", name);
	const thin = (name: string) => ensureFolderImage({ name, folder: folder(name), args: { TOOLS: tools } }, context);
	const busybox = await thin("busybox");
	const alpine = await ensureFolderImage({ name: "alpine", folder: folder("alpine"), args: { BUSYBOX: busybox } }, context);
	const program = await ensureAgnhost(context);
	const agnhost = await ensureFolderImage(
		{
			name: "agnhost",
			folder: folder("agnhost"),
			args: { TOOLS: tools },
			files: { agnhost: program.file },
			key: { agnhost: program.hash },
		},
		context,
	);
	const refs = { busybox, alpine, nginx: await thin("nginx"), netshoot: await thin("netshoot"), curl: await thin("curl"), agnhost };
	return Object.entries(workloadNames).map(([name, names]) => ({ ref: refs[name as keyof typeof refs], names }));
}
