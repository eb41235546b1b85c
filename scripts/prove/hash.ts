import { createHash } from "node:crypto";
import { join } from "node:path";
import { rolldown } from "rolldown";
import type { Catalogue } from "../../lib/scenarios/catalogue.ts";
import { readFolder } from "../../lib/scenarios/folder.ts";
import { hashInputs } from "../../lib/setup/content-hash.ts";
import type { Wanted } from "./ledger.ts";

/**
 * What decides a verdict and what is tried; all that it imports comes along. How a cluster is made is not part of it: that is
 * tested by itself, and by the sample of proofs that each run of the tests makes again.
 */
const entry = "lib/labs/verify/verify.ts";
/**
 * What the page shows while the learner works, and what brings a cluster back between proofs (a census proves that it does):
 * no verdict of a check comes from them.
 */
const decidesNothing = ["/live.ts", "/reset/reset.ts"];
const isPackage = (id: string) => !id.startsWith(".") && !id.startsWith("/") && !id.startsWith("#");

/** Sources of what traffic goes through or is asked by. */
const images = ["prober", "shop", "workload", "mirror", "network-agent", "node-image", "workstation", "addons"];
const notPartOfImages = /_test\.go$|\.md$|\/testdata$/;

/** Hashes of every scenario and seed: equal as long as a proof would come out the same. */
export async function wantedProofs(root: string, catalogue: Catalogue): Promise<Wanted[]> {
	const [grader, infra] = await Promise.all([graderHash(root), infraHash(root)]);
	const perSlug = await Promise.all(
		catalogue.slugs().map(async (slug) => {
			const hash = digest([grader, infra, await scenarioText(root, slug)]);
			return catalogue.seeds(slug).map((seed) => ({ slug, seed, hash }));
		}),
	);
	return perSlug.flat();
}

/** Prose is left out: no verdict depends on a ticket, a hint or a debrief. */
async function scenarioText(root: string, slug: string): Promise<string> {
	const { files } = await readFolder(join(root, "scenarios", slug), slug);
	return JSON.stringify(Object.entries(files).filter(([name]) => !name.endsWith(".md")));
}

/** The sources as one minified bundle: types, comments, layout and what nobody calls do not count. Packages stay outside. */
export async function graderHash(root: string): Promise<string> {
	const bundle = await rolldown({
		input: join(root, entry),
		external: (id) => isPackage(id) || decidesNothing.some((end) => id.endsWith(end)),
		platform: "node",
		logLevel: "silent",
	});
	try {
		const { output } = await bundle.generate({ format: "esm", minify: true });
		return digest(output.map((chunk) => ("code" in chunk ? chunk.code : "")));
	} finally {
		await bundle.close();
	}
}

function infraHash(root: string): Promise<string> {
	return hashInputs({ files: images.map((name) => join(root, "infra", name)), values: {}, except: notPartOfImages });
}

function digest(texts: readonly string[]): string {
	const hash = createHash("sha256");
	for (const text of texts) hash.update(`${Buffer.byteLength(text)}:${text}`);
	return hash.digest("hex").slice(0, 32);
}
