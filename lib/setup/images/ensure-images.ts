import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { AppError } from "../../core/errors.ts";
import { type HostManifest, readHostManifest } from "../../core/host.ts";
import { type Artefact, ensureArtefact } from "../artefact.ts";
import type { SetupContext } from "../context.ts";
import { ensureBaseImage } from "./debian.ts";
import type { ImageContext } from "./image-context.ts";
import { fullImageName, type NamedImage } from "./image-names.ts";
import { ensureEmptyMirror, ensureFilledMirror } from "./mirror.ts";
import { ensureNodeImage, ensureNodeSystem } from "./node.ts";
import { ensureProberImage } from "./prober.ts";
import { ensureAgnhost, ensureCoredns, ensureKind, ensureKube, ensureNetworkAgent, kindVersion, kubernetesVersion } from "./programs.ts";
import { ensurePulledImages, type PullSource, publicSource, usualName } from "./pull.ts";
import { ensureShopImage } from "./shop.ts";
import { chooseWay, type Way } from "./way.ts";
import { ensureTools, ensureWorkloadImages } from "./workload.ts";
import { ensureWorkstationImage } from "./workstation.ts";

/**
 * Makes or fetches every image and program that a lab needs; what is there already stays.
 * `FAULTLINE_IMAGES=build|pull` decides the way; else the one this instance has, else whether a registry answers.
 * @returns what `$FAULTLINE_DATA/host.json` says, and whether anything had to be made
 */
export async function ensureImages(
	context: SetupContext & { engine: { docker: string }; go: string },
): Promise<{ manifest: HostManifest; built: boolean }> {
	let built = false;
	// One failed part stops the others, and all are awaited: nothing goes on behind an error.
	const own = new AbortController();
	const images: ImageContext = {
		cacheDir: context.env.cacheDir,
		root: context.root,
		docker: context.engine.docker,
		go: context.go,
		signal: AbortSignal.any([context.signal, own.signal]),
		log: (line) => {
			built = true;
			context.say(line);
		},
	};
	const source = await publicSource(images);
	const before = await readHostManifest(context.env.dataDir).catch(() => null);
	const way = await chooseWay(
		{ forced: forcedWay(process.env.FAULTLINE_IMAGES), before: before?.way, probe: source.debug[0] ?? "" },
		images,
	);
	const manifest = way === "pull" ? await pulledImages(source, images, own) : await builtImages(images, own);
	return { manifest, built };
}

/** @throws AppError `bad-environment` */
export function forcedWay(value: string | undefined): Way | undefined {
	const parsed = z
		.enum(["build", "pull"])
		.optional()
		.safeParse(value || undefined);
	if (parsed.success) return parsed.data;
	throw new AppError("bad-environment", `FAULTLINE_IMAGES is "${value}".`, {
		kind: "invalid",
		mend: "Set it to build or pull, or unset it.",
	});
}

/** The whole build way: Go programs one after the other (each build takes every core), beside Debian's packages. */
export async function builtImages(context: ImageContext, own: AbortController): Promise<HostManifest> {
	const programs = series([ensureKube, ensureAgnhost, ensureCoredns, ensureNetworkAgent, ensureKind].map((make) => () => make(context)));
	const base = ensureBaseImage(context);
	const shop = programs.then(() => ensureShopImage(context));
	// Debian's packages come over the network while the programs take the processors.
	const packages = base.then(async (debian) => {
		await Promise.all([ensureNodeSystem(debian, context), ensureEmptyMirror(debian, context)]);
		return ensureTools(debian, context);
	});
	const labs = Promise.all([base, packages, programs]).then(async ([debian, tools]) => {
		const workload = await ensureWorkloadImages(tools, context);
		const late = [await shop];
		const node = await ensureNodeImage({ base: debian, tools, workload, late }, context);
		return { node, ...(await filledMirror({ base: debian, debug: workload, late }, context)) };
	});
	const laptop = Promise.all([base, programs]).then(([debian]) => ensureWorkstationImage(debian, context));
	const prober = programs.then(() => ensureProberImage(context));
	const [made, workstation, eyes, [kube]] = await allOrNone([labs, laptop, prober, programs, shop] as const, own);
	if (!kube) throw new AppError("no-kube", "Kubernetes was not built.");
	return {
		way: "build",
		kubernetesVersion,
		kindVersion,
		kind: (await ensureKind(context)).file,
		kubectl: await kubectlLink(kube, context),
		docker: context.docker,
		images: { node: made.node, workstation, prober: eyes, mirror: made.mirror },
		mirrored: made.mirrored,
		addons: {},
	};
}

/** The whole pull way. Workstation, prober, application and mirror are ours, so they are built here all the same. */
export async function pulledImages(source: PullSource, context: ImageContext, own: AbortController): Promise<HostManifest> {
	const kind = ensureKind(context);
	const base = ensureBaseImage(context);
	const pulled = ensurePulledImages(source, context);
	const shop = kind.then(() => ensureShopImage(context));
	const labs = Promise.all([base, pulled]).then(async ([debian, { debug }]) =>
		filledMirror({ base: debian, debug, late: [await shop] }, context),
	);
	const workstation = Promise.all([base, pulled]).then(([debian, { kubectl }]) => ensureWorkstationImage(debian, context, kubectl));
	const parts = [pulled, labs, workstation, shop.then(() => ensureProberImage(context)), kind] as const;
	const [images, made, laptop, prober, program] = await allOrNone(parts, own);
	return {
		way: "pull",
		kubernetesVersion: images.kubernetesVersion,
		kindVersion,
		kind: program.file,
		kubectl: images.kubectl.file,
		docker: context.docker,
		images: { node: images.node, workstation: laptop, prober, mirror: made.mirror },
		mirrored: made.mirrored,
		addons: {},
	};
}

async function filledMirror(
	parts: { base: string; debug: readonly NamedImage[]; late: readonly NamedImage[] },
	context: ImageContext,
): Promise<{ mirror: string; mirrored: string[] }> {
	const empty = await ensureEmptyMirror(parts.base, context);
	const debug = await ensureFilledMirror({ name: "mirror-debug", from: empty, images: parts.debug }, context);
	const mirror = await ensureFilledMirror({ name: "mirror", from: debug, images: parts.late }, context);
	return { mirror, mirrored: [...parts.debug, ...parts.late].flatMap(({ names }) => names.map((name) => usualName(fullImageName(name)))) };
}

/** kubectl by its name: the program of all components goes by the name it is called. */
async function kubectlLink(kube: Artefact, context: ImageContext): Promise<string> {
	const link = await ensureArtefact(
		{
			name: "kubectl",
			inputs: { files: [], values: { kube: kube.hash } },
			build: ({ dir }) => symlink(join("../../kube", kube.hash.slice(0, 16), "kube"), join(dir, "kubectl")),
		},
		context,
	);
	return join(link.path, "kubectl");
}

async function series<T>(makes: readonly (() => Promise<T>)[]): Promise<T[]> {
	const made: T[] = [];
	for (const make of makes) made.push(await make());
	return made;
}

/** As Promise.all, but the first failure aborts the others and they are awaited before it is thrown. */
async function allOrNone<T extends readonly Promise<unknown>[]>(
	parts: T,
	own: AbortController,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
	const failures: unknown[] = [];
	for (const part of parts) {
		part.catch((error) => {
			failures.push(error);
			own.abort();
		});
	}
	const ended = await Promise.allSettled(parts);
	if (failures.length > 0) throw failures[0];
	return ended.map((part) => (part as PromiseFulfilledResult<unknown>).value) as { -readonly [K in keyof T]: Awaited<T[K]> };
}
