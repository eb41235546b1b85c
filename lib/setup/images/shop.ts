import { join } from "node:path";
import { buildDockerfile, ensureDockerImage } from "./docker-image.ts";
import { ensureGoProgram } from "./go-program.ts";
import type { ImageContext } from "./image-context.ts";
import type { NamedImage } from "./image-names.ts";

/** As scenarios' manifests name it. */
export const shopName = "faultline.dev/shop:1";

/** The scenarios' application: infra/shop/README.md. */
export async function ensureShopImage(context: ImageContext): Promise<NamedImage> {
	const folder = join(context.root, "infra/shop");
	const program = await ensureGoProgram({ name: "shop", module: folder, timeoutMs: 600_000 }, context);
	const dockerfile = join(folder, "Dockerfile");
	const ref = await ensureDockerImage(
		{
			name: "shop",
			inputs: { files: [dockerfile], values: { shop: program.hash } },
			build: (target) => buildDockerfile({ folder: program.path, files: { Dockerfile: dockerfile } }, target, context),
		},
		context,
	);
	return { ref, names: [shopName] };
}
