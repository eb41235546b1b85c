import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { AppError } from "./errors.ts";

/** What set-up has found or made on this host; `$FAULTLINE_DATA/host.json`. */
export const hostManifest = z.object({
	/** `build`: images made here from package registries; `pull`: public images by digest. */
	way: z.enum(["build", "pull"]),
	kubernetesVersion: z.string(),
	kindVersion: z.string(),
	/** Absolute paths of programs on the host. */
	kind: z.string(),
	kubectl: z.string(),
	docker: z.string(),
	/** Images by reference, each addressed by the hash of its inputs. */
	images: z.object({
		/** kind's node. */
		node: z.string(),
		workstation: z.string(),
		/** The workstation as it was before later stages added to it; absent where they have added nothing. */
		plainWorkstation: z.string().optional(),
		prober: z.string(),
		/** The registry that serves debug images and the scenarios' application inside labs. */
		mirror: z.string(),
	}),
	/** Image names that the mirror serves, as a manifest writes them: `nginx:latest`. */
	mirrored: z.array(z.string()),
	/** What later stages have made for clusters that ask for it. */
	addons: z
		.object({
			/** For the add-ons `ingress` and `gateway`; see infra/addons/traefik. */
			ingress: z
				.object({
					/** The mirror that this one is made of: another one makes another. */
					from: z.string(),
					/** Serves what the common mirror does, and Traefik. */
					mirror: z.string(),
					mirrored: z.array(z.string()),
					/** Folder, absolute: `manifests/` for the workstation, `gateway-api.yaml` for the cluster. */
					folder: z.string(),
				})
				.optional(),
		})
		.default({}),
});
export type IngressAddon = NonNullable<z.infer<typeof hostManifest>["addons"]["ingress"]>;
export type HostManifest = z.infer<typeof hostManifest>;

/**
 * Reads what set-up has left for the engine.
 * @param dataDir `$FAULTLINE_DATA`, absolute
 * @throws AppError `host-not-set-up` where set-up has not ended yet
 */
export async function readHostManifest(dataDir: string): Promise<HostManifest> {
	try {
		return hostManifest.parse(JSON.parse(await readFile(join(dataDir, "host.json"), "utf8")));
	} catch (cause) {
		throw new AppError("host-not-set-up", "This host is not set up for labs yet.", { mend: "npm start", cause });
	}
}
