import { setTimeout as delay } from "node:timers/promises";
import { AppError } from "../../core/errors.ts";
import { mustRun, runCommand } from "../../core/run-command.ts";
import type { ImageContext } from "./image-context.ts";
import { type NamedImage, parseImageName } from "./image-names.ts";

const manifestTypes = [
	"application/vnd.docker.distribution.manifest.v2+json",
	"application/vnd.oci.image.manifest.v1+json",
	"application/vnd.docker.distribution.manifest.list.v2+json",
	"application/vnd.oci.image.index.v1+json",
];

/**
 * Puts images into a registry on loopback under the repositories that a mirror of their registries has:
 * `docker.io/library/nginx` becomes `library/nginx`.
 * @param address `127.0.0.1:32768`; Docker takes loopback registries without TLS
 */
export async function fillRegistry(address: string, images: readonly NamedImage[], context: ImageContext): Promise<void> {
	await registryReady(address, context.signal);
	for (const { ref, names } of images) {
		const repositories = Map.groupBy(names.map(parseImageName), (name) => name.repository);
		for (const [repository, all] of repositories) {
			const [first, ...others] = all.map((name) => name.tag);
			if (first === undefined) continue;
			await push(ref, `${address}/${repository}:${first}`, context);
			for (const tag of others) await copyTag(address, repository, { from: first, to: tag }, context.signal);
		}
	}
}

async function push(ref: string, target: string, context: ImageContext): Promise<void> {
	const options = { timeoutMs: 600_000, signal: context.signal };
	await mustRun(context.docker, ["tag", ref, target], options);
	try {
		await mustRun(context.docker, ["push", "--quiet", target], options);
	} finally {
		await runCommand(context.docker, ["rmi", "--no-prune", target], { timeoutMs: 60_000 });
	}
}

/** A further tag of what is there: no layer is looked at again. */
async function copyTag(address: string, repository: string, tag: { from: string; to: string }, signal: AbortSignal): Promise<void> {
	const url = (name: string) => `http://${address}/v2/${repository}/manifests/${name}`;
	const got = await fetch(url(tag.from), { headers: { accept: manifestTypes.join(", ") }, signal });
	const type = got.headers.get("content-type") ?? "";
	const body = await got.text();
	const put = got.ok ? await fetch(url(tag.to), { method: "PUT", headers: { "content-type": type }, body, signal }) : got;
	if (!put.ok) throw new AppError("mirror-not-filled", `The registry refused ${repository}:${tag.to}: ${put.status} ${await put.text()}`);
}

async function registryReady(address: string, signal: AbortSignal): Promise<void> {
	const deadline = AbortSignal.any([signal, AbortSignal.timeout(30_000)]);
	while (true) {
		const answer = await fetch(`http://${address}/v2/`, { signal: deadline }).catch(() => null);
		if (answer?.ok) return;
		if (deadline.aborted) throw new AppError("mirror-not-filled", "The registry did not answer within 30 s.", { retryable: true });
		await delay(100);
	}
}
